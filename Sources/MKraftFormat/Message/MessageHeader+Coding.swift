extension MessageHeader {
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to 255, as message")
    public static let bodyChecksum = Field<UInt128>("body_checksum", at: 16, "of the body, seeded as message-body")
    public static let cluster = Field<UInt128>("cluster", at: 32, "cluster id; 0 in a ping that does not know it")
    public static let client = Field<UInt128>("client", at: 48, "client id, not 0 in a request")
    public static let requestChecksum = Field<UInt128>(
      "request_checksum", at: 64, "of the request's header answered, or 0")
    public static let nonce = Field<UInt128>("nonce", at: 80, "for encryption; zero in this version")
    public static let tag = Field<UInt128>("tag", at: 96, "for encryption; zero in this version")
    public static let term = Field<UInt64>("term", at: 112, "term of the sender")
    public static let op = Field<UInt64>("op", at: 120, "reply: op of the entry; pong: head of the log")
    public static let commit = Field<UInt64>("commit", at: 128, "highest committed op the sender knows")
    public static let session = Field<UInt64>("session", at: 136, "session number, or 0")
    public static let request = Field<UInt64>("request", at: 144, "number of the request in its session, or 0")
    public static let echo = Field<UInt64>("echo", at: 152, "ping: any number; pong: the same number")
    public static let timestamp = Field<UInt64>("timestamp", at: 160, "reply: of the entry; pong: the sender's clock")
    public static let size = Field<UInt32>("size", at: 168, "bytes of header and body")
    public static let release = Field<UInt32>("release", at: 172, "release of the sender")
    public static let messageSize = Field<UInt32>("message_size", at: 176, "pong: largest message taken")
    public static let protocolVersion = Field<UInt16>("protocol_version", at: 180, "1")
    public static let kind = Field<UInt8>("kind", at: 182, "10: message")
    public static let command = Field<UInt8>("command", at: 183, "what the message is for")
    public static let operation = Field<UInt8>("operation", at: 184, "request and reply: operation; pong: role")
    public static let status = Field<UInt8>("status", at: 185, "refusal: why; else 0")
    public static let replica = Field<UInt8>("replica", at: 186, "index of the sending replica")
    public static let leader = Field<UInt8>("leader", at: 187, "index of the leader; 255: not known")
    public static let reserved = 188..<256

    public static var rows: [FieldRow] {
      [
        checksum.row, bodyChecksum.row, cluster.row, client.row, requestChecksum.row, nonce.row, tag.row, term.row,
        op.row, commit.row, session.row, request.row, echo.row, timestamp.row, size.row, release.row, messageSize.row,
        protocolVersion.row, kind.row, command.row, operation.row, status.row, replica.row, leader.row,
        .reserved(reserved),
      ]
    }
  }

  /// Decodes the first 256 bytes of `bytes`; the body is checked by `matches(body:)` when it has arrived.
  public init(decoding bytes: RawSpan) throws(MessageDefect) {
    precondition(bytes.byteCount >= MessageHeader.byteCount, "a header's bytes are all there")
    let bytes = bytes.extracting(0..<MessageHeader.byteCount)
    let kind = bytes.load(Layout.kind)
    guard kind == StructureKind.message.rawValue else { throw .kindMismatch(kind) }
    checksum = bytes.load(Layout.checksum)
    guard Checksum.of(bytes.extracting(16..<MessageHeader.byteCount), as: .message) == checksum else {
      throw .checksumMismatch
    }
    let version = bytes.load(Layout.protocolVersion)
    guard version == FormatVersion.protocolVersion else { throw .versionUnknown(version) }
    guard let command = Command(rawValue: bytes.load(Layout.command)) else {
      throw .commandUnknown(bytes.load(Layout.command))
    }
    self.command = command
    bodyChecksum = bytes.load(Layout.bodyChecksum)
    cluster = bytes.load(Layout.cluster)
    client = bytes.load(Layout.client)
    requestChecksum = bytes.load(Layout.requestChecksum)
    term = bytes.load(Layout.term)
    op = bytes.load(Layout.op)
    commit = bytes.load(Layout.commit)
    session = bytes.load(Layout.session)
    request = bytes.load(Layout.request)
    echo = bytes.load(Layout.echo)
    timestamp = bytes.load(Layout.timestamp)
    size = bytes.load(Layout.size)
    release = bytes.load(Layout.release)
    messageSize = bytes.load(Layout.messageSize)
    operation = bytes.load(Layout.operation)
    status = bytes.load(Layout.status)
    replica = bytes.load(Layout.replica)
    leader = bytes.load(Layout.leader)
    guard (MessageHeader.byteCount...MessageHeader.sizeLimit).contains(Int(size)) else { throw .violates(.messageSize) }
    guard bytes.isZero(Layout.reserved), bytes.load(Layout.nonce) == 0, bytes.load(Layout.tag) == 0 else {
      throw .violates(.messageReservedZero)
    }
  }

  /// Writes the 256 bytes. The header must have been sealed.
  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan, at base: Int = 0) {
    bytes.zero(base..<base + MessageHeader.byteCount)
    bytes.store(checksum, Layout.checksum, base: base)
    bytes.store(bodyChecksum, Layout.bodyChecksum, base: base)
    bytes.store(cluster, Layout.cluster, base: base)
    bytes.store(client, Layout.client, base: base)
    bytes.store(requestChecksum, Layout.requestChecksum, base: base)
    bytes.store(term, Layout.term, base: base)
    bytes.store(op, Layout.op, base: base)
    bytes.store(commit, Layout.commit, base: base)
    bytes.store(session, Layout.session, base: base)
    bytes.store(request, Layout.request, base: base)
    bytes.store(echo, Layout.echo, base: base)
    bytes.store(timestamp, Layout.timestamp, base: base)
    bytes.store(size, Layout.size, base: base)
    bytes.store(release, Layout.release, base: base)
    bytes.store(messageSize, Layout.messageSize, base: base)
    bytes.store(FormatVersion.protocolVersion, Layout.protocolVersion, base: base)
    bytes.store(StructureKind.message.rawValue, Layout.kind, base: base)
    bytes.store(command.rawValue, Layout.command, base: base)
    bytes.store(operation, Layout.operation, base: base)
    bytes.store(status, Layout.status, base: base)
    bytes.store(replica, Layout.replica, base: base)
    bytes.store(leader, Layout.leader, base: base)
  }

  /// Sets size and body checksum for `body`, then the checksum over all other fields. Call it last.
  public mutating func seal(body: RawSpan) {
    precondition(body.byteCount <= MessageHeader.sizeLimit - MessageHeader.byteCount, "the body fits in a message")
    size = UInt32(MessageHeader.byteCount + body.byteCount)
    bodyChecksum = Checksum.of(body, as: .messageBody)
    seal()
  }

  /// Computes the checksum over all other fields. Call it last.
  public mutating func seal() {
    var image = InlineArray<256, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(into: &bytes)
    checksum = Checksum.of(bytes.bytes.extracting(16..<MessageHeader.byteCount), as: .message)
  }

  /// Whether `body` is the body this header speaks of.
  public func matches(body: RawSpan) -> Bool {
    body.byteCount == bodyByteCount && Checksum.of(body, as: .messageBody) == bodyChecksum
  }
}
