/// The 256-byte header of a log entry (rule R11). It stands twice: in the header ring, and in front of the entry's body in
/// the prepare ring. A blank slot and a slot known to be damaged carry headers of the same layout and of other kinds.
public struct PrepareHeader: Sendable, BitwiseCopyable {
  /// Bytes of a header.
  public static let byteCount = 256
  /// Largest entry of any geometry, header and body, in bytes.
  public static let sizeLimit = 1 << 20
  /// Numbers that grow by one or by time (op, term, sequence, timestamp) are below this in every valid structure: what is
  /// read from a file can be counted on without overflow.
  public static let numberLimit: UInt64 = 1 << 63

  /// XXH3-128 of bytes 16 to 255 of this header, seeded by its kind. Set by `seal()`.
  public var checksum: UInt128 = 0
  /// XXH3-128 of the body, seeded as `prepare-body`.
  public var bodyChecksum: UInt128 = 0
  public var cluster: UInt128 = 0
  /// Checksum of the header of op - 1.
  public var parent: UInt128 = 0
  /// Checksum of the request message that this entry was made from; 0 for the system's own entries.
  public var requestChecksum: UInt128 = 0
  /// Id of the checkpoint before the one this entry follows (rule R19).
  public var checkpointID: UInt128 = 0
  /// The client that asked; 0 for the system's own entries.
  public var client: UInt128 = 0
  /// The term of the leader that made this entry.
  public var term: UInt64 = 0
  /// Position in the log; of a reserved or unknown header, the slot.
  public var op: UInt64 = 0
  /// Highest op the leader knew to be committed when it made this entry.
  public var commit: UInt64 = 0
  /// Nanoseconds since 1970-01-01 UTC, by the leader's clock, increasing along the chain.
  public var timestamp: UInt64 = 0
  /// Op of the `register` entry that opened the client's session; 0 for the system's own entries and for `register`.
  public var session: UInt64 = 0
  /// Number of the client's request within its session, from 1; 0 for `register` and the system's own entries.
  public var request: UInt64 = 0
  /// Epoch of the configuration this entry was made in.
  public var configurationEpoch: UInt64 = 0
  /// Header and body, in bytes: 256 to the geometry's message size.
  public var size: UInt32 = UInt32(PrepareHeader.byteCount)
  /// Release that made this entry.
  public var release: UInt32 = 0
  /// `prepare`, `reserved` or `unknown`.
  public var kind: StructureKind = .prepare
  /// An `Operation`, or one of a later release.
  public var operation: UInt8 = 0
  /// Index of the replica that made this entry.
  public var replica: UInt8 = 0

  public init() {}

  /// Bytes of the body.
  public var bodyByteCount: Int { Int(size) - PrepareHeader.byteCount }

  /// The header of a blank slot (kind `reserved`) or of one known to be damaged (kind `unknown`).
  public static func placeholder(_ kind: StructureKind, slot: Int, cluster: UInt128) -> PrepareHeader {
    precondition(kind == .reserved || kind == .unknown, "a placeholder is a reserved or an unknown header")
    var header = PrepareHeader()
    header.kind = kind
    header.op = UInt64(slot)
    header.cluster = cluster
    header.seal()
    return header
  }

  /// Op 0 of every log of `cluster`.
  public static func root(cluster: UInt128) -> PrepareHeader {
    var header = PrepareHeader()
    header.cluster = cluster
    header.operation = Operation.root.rawValue
    header.bodyChecksum = Checksum.ofNothing(as: .prepareBody)
    header.seal()
    return header
  }
}

extension PrepareHeader: Equatable {
  /// Two headers are the same entry if their checksums agree; a checksum covers every other field.
  public static func == (left: PrepareHeader, right: PrepareHeader) -> Bool { left.checksum == right.checksum }
}
