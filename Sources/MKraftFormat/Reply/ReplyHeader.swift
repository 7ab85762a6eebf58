/// The 256-byte header of a stored client reply (rule R21). It depends on the log alone, so every replica stores the same
/// bytes: no term, no replica.
public struct ReplyHeader: Sendable, BitwiseCopyable {
  public static let byteCount = 256

  /// XXH3-128 of bytes 16 to 255, seeded by kind. Set by `seal()`.
  public var checksum: UInt128 = 0
  public var bodyChecksum: UInt128 = 0
  public var cluster: UInt128 = 0
  public var client: UInt128 = 0
  /// Checksum of the request answered.
  public var requestChecksum: UInt128 = 0
  /// Op of the entry answered; of a blank slot, the slot.
  public var op: UInt64 = 0
  public var session: UInt64 = 0
  public var request: UInt64 = 0
  public var timestamp: UInt64 = 0
  /// Header and body, bytes.
  public var size: UInt32 = UInt32(ReplyHeader.byteCount)
  public var release: UInt32 = 0
  /// `reply` or `replyReserved`.
  public var kind: StructureKind = .reply
  public var operation: UInt8 = 0

  public init() {}

  /// The header of a reply slot that has never held a reply.
  public static func reserved(slot: Int, cluster: UInt128) -> ReplyHeader {
    var header = ReplyHeader()
    header.kind = .replyReserved
    header.op = UInt64(slot)
    header.cluster = cluster
    header.seal()
    return header
  }
}

extension ReplyHeader {
  public enum Layout {
    public static let checksum = Field<UInt128>("checksum", at: 0, "of bytes 16 to 255, seeded by kind")
    public static let bodyChecksum = Field<UInt128>("body_checksum", at: 16, "of the body, seeded as reply-body")
    public static let cluster = Field<UInt128>("cluster", at: 32, "cluster id")
    public static let client = Field<UInt128>("client", at: 48, "client id")
    public static let requestChecksum = Field<UInt128>("request_checksum", at: 64, "checksum of the request answered")
    public static let nonce = Field<UInt128>("nonce", at: 80, "for encryption; zero in this version")
    public static let tag = Field<UInt128>("tag", at: 96, "for encryption; zero in this version")
    public static let op = Field<UInt64>("op", at: 112, "op answered; of reply-reserved: the slot")
    public static let session = Field<UInt64>("session", at: 120, "op that opened the session")
    public static let request = Field<UInt64>("request", at: 128, "number of the request in its session")
    public static let timestamp = Field<UInt64>("timestamp", at: 136, "timestamp of the entry answered")
    public static let size = Field<UInt32>("size", at: 144, "bytes of header and body")
    public static let release = Field<UInt32>("release", at: 148, "release that executed the entry")
    public static let kind = Field<UInt8>("kind", at: 152, "6 reply, 7 reply-reserved")
    public static let operation = Field<UInt8>("operation", at: 153, "operation answered")
    public static let reserved = 154..<256

    public static var rows: [FieldRow] {
      [
        checksum.row, bodyChecksum.row, cluster.row, client.row, requestChecksum.row, nonce.row, tag.row, op.row,
        session.row, request.row, timestamp.row, size.row, release.row, kind.row, operation.row, .reserved(reserved),
      ]
    }
  }

  /// Decodes the first 256 bytes of `bytes`, checking all that a reply header says of itself.
  public init(decoding bytes: RawSpan) throws(HeaderDefect) {
    precondition(bytes.byteCount >= ReplyHeader.byteCount, "a header's bytes are all there")
    let bytes = bytes.extracting(0..<ReplyHeader.byteCount)
    let kindByte = bytes.load(Layout.kind)
    guard let kind = StructureKind(rawValue: kindByte), kind == .reply || kind == .replyReserved else {
      throw bytes.isZero ? .allZero : .kindUnknown(kindByte)
    }
    let stored = bytes.load(Layout.checksum)
    let computed = Checksum.of(bytes.extracting(16..<ReplyHeader.byteCount), as: kind)
    guard stored == computed else { throw .checksumMismatch(stored: stored, computed: computed) }
    checksum = stored
    bodyChecksum = bytes.load(Layout.bodyChecksum)
    cluster = bytes.load(Layout.cluster)
    client = bytes.load(Layout.client)
    requestChecksum = bytes.load(Layout.requestChecksum)
    op = bytes.load(Layout.op)
    session = bytes.load(Layout.session)
    request = bytes.load(Layout.request)
    timestamp = bytes.load(Layout.timestamp)
    size = bytes.load(Layout.size)
    release = bytes.load(Layout.release)
    self.kind = kind
    operation = bytes.load(Layout.operation)
    guard bytes.isZero(Layout.reserved), bytes.load(Layout.nonce) == 0, bytes.load(Layout.tag) == 0 else {
      throw .violates(.replyReservedZero)
    }
    guard (ReplyHeader.byteCount...PrepareHeader.sizeLimit).contains(Int(size)) else { throw .violates(.replySize) }
    guard kind == .reply || isEmptyPlaceholder else { throw .violates(.replyPlaceholderEmpty) }
  }

  private var isEmptyPlaceholder: Bool {
    ReplyHeader.reserved(slot: Int(op & 0xFFFF_FFFF), cluster: cluster).checksum == checksum
  }

  /// Writes the 256 bytes. The header must have been sealed.
  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan, at base: Int = 0) {
    bytes.zero(base..<base + ReplyHeader.byteCount)
    bytes.store(checksum, Layout.checksum, base: base)
    bytes.store(bodyChecksum, Layout.bodyChecksum, base: base)
    bytes.store(cluster, Layout.cluster, base: base)
    bytes.store(client, Layout.client, base: base)
    bytes.store(requestChecksum, Layout.requestChecksum, base: base)
    bytes.store(op, Layout.op, base: base)
    bytes.store(session, Layout.session, base: base)
    bytes.store(request, Layout.request, base: base)
    bytes.store(timestamp, Layout.timestamp, base: base)
    bytes.store(size, Layout.size, base: base)
    bytes.store(release, Layout.release, base: base)
    bytes.store(kind.rawValue, Layout.kind, base: base)
    bytes.store(operation, Layout.operation, base: base)
  }

  /// Computes the checksum over all other fields. Call it last.
  public mutating func seal() {
    var image = InlineArray<256, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(into: &bytes)
    checksum = Checksum.of(bytes.bytes.extracting(16..<ReplyHeader.byteCount), as: kind)
  }
}
