/// A client's session in a checkpoint. Record i of the table owns reply slot i.
public struct SessionRecord: Sendable, Equatable, BitwiseCopyable {
  public static let byteCount = 128

  public var client: UInt128 = 0
  /// Checksum of the last request executed.
  public var requestChecksum: UInt128 = 0
  /// Checksum of the header of the reply to it, which names the body: the reply slot holds it, or is newer.
  public var replyChecksum: UInt128 = 0
  /// Op of the entry that opened the session.
  public var session: UInt64 = 0
  /// Number of the last request executed; 0 after the register.
  public var request: UInt64 = 0
  /// Op of that request, or of the register.
  public var op: UInt64 = 0
  public var timestamp: UInt64 = 0
  /// Header and body of the reply, bytes.
  public var replySize: UInt32 = 0
  public var operation: UInt8 = 0

  public init() {}
}

extension SessionRecord {
  public enum Layout {
    public static let client = Field<UInt128>("client", at: 0, "client id")
    public static let requestChecksum = Field<UInt128>("request_checksum", at: 16, "checksum of the last request")
    public static let replyChecksum = Field<UInt128>("reply_checksum", at: 32, "checksum of the reply's header")
    public static let session = Field<UInt64>("session", at: 48, "op that opened the session")
    public static let request = Field<UInt64>("request", at: 56, "number of the last request, 0 after the register")
    public static let op = Field<UInt64>("op", at: 64, "op of the last request, or of the register")
    public static let timestamp = Field<UInt64>("timestamp", at: 72, "timestamp of that entry")
    public static let replySize = Field<UInt32>("reply_size", at: 80, "bytes of the reply, header and body")
    public static let operation = Field<UInt8>("operation", at: 84, "operation of that entry")
    public static let reserved = 85..<SessionRecord.byteCount

    public static var rows: [FieldRow] {
      [
        client.row, requestChecksum.row, replyChecksum.row, session.row, request.row, op.row, timestamp.row,
        replySize.row, operation.row, .reserved(reserved),
      ]
    }
  }

  /// Decodes the record at `base`; nil if its reserved bytes are not zero.
  public init?(decoding bytes: RawSpan, at base: Int) {
    guard bytes.isZero(base + Layout.reserved.lowerBound..<base + Layout.reserved.upperBound) else { return nil }
    client = bytes.load(Layout.client, base: base)
    requestChecksum = bytes.load(Layout.requestChecksum, base: base)
    replyChecksum = bytes.load(Layout.replyChecksum, base: base)
    session = bytes.load(Layout.session, base: base)
    request = bytes.load(Layout.request, base: base)
    op = bytes.load(Layout.op, base: base)
    timestamp = bytes.load(Layout.timestamp, base: base)
    replySize = bytes.load(Layout.replySize, base: base)
    operation = bytes.load(Layout.operation, base: base)
  }

  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan, at base: Int) {
    bytes.zero(base..<base + SessionRecord.byteCount)
    bytes.store(client, Layout.client, base: base)
    bytes.store(requestChecksum, Layout.requestChecksum, base: base)
    bytes.store(replyChecksum, Layout.replyChecksum, base: base)
    bytes.store(session, Layout.session, base: base)
    bytes.store(request, Layout.request, base: base)
    bytes.store(op, Layout.op, base: base)
    bytes.store(timestamp, Layout.timestamp, base: base)
    bytes.store(replySize, Layout.replySize, base: base)
    bytes.store(operation, Layout.operation, base: base)
  }

  /// Whether this is the header of the reply that the record speaks of, in all that both say.
  public func names(_ reply: ReplyHeader) -> Bool {
    reply.checksum == replyChecksum
      && replyHeader(cluster: reply.cluster, release: reply.release, bodyChecksum: reply.bodyChecksum).checksum
        == replyChecksum
  }

  /// The header of the reply that this record speaks of; its checksum is what `replyChecksum` must be.
  public func replyHeader(cluster: UInt128, release: UInt32, bodyChecksum: UInt128) -> ReplyHeader {
    var header = ReplyHeader()
    header.bodyChecksum = bodyChecksum
    header.cluster = cluster
    header.client = client
    header.requestChecksum = requestChecksum
    header.op = op
    header.session = session
    header.request = request
    header.timestamp = timestamp
    header.size = replySize
    header.release = release
    header.operation = operation
    header.seal()
    return header
  }
}
