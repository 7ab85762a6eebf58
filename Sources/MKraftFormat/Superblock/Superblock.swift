/// The root of a data file: who the file belongs to, its geometry, Raft's hard state, and the checkpoint its state starts
/// from (rule R7). Written only at format, checkpoint, change of term, vote or log_term, clean stop, sync and repair; never
/// per op (rule R8).
public struct Superblock: Sendable {
  /// Bytes of a copy, whatever the geometry.
  public static let byteCount = 16 << 10
  public static let copyCount = 4
  /// Copies of one sequence that must agree before the file is opened at it (rule R9).
  public static let openThreshold = 2
  /// Copies that must be established and verified before any effect leaves the replica (rule R9).
  public static let writeThreshold = 3
  public static let suffixLimit = 32
  /// ASCII "MKRAFTDF", as a little-endian integer.
  public static let magic: UInt64 = 0x4644_5446_4152_4B4D

  /// XXH3-128 of bytes 24 to 16383. Set by `seal()`.
  public var checksum: UInt128 = 0
  /// Which copy these bytes are; not covered by the checksum, so that copies compare equal.
  public var copy: Int = 0
  public var features = Features()

  // Identity (rule R4).
  public var cluster: UInt128 = 0
  /// This replica's member id.
  public var member: UInt128 = 0
  /// Random: this very file.
  public var fileID: UInt128 = 0
  /// file_id of the file this one was recovered or forked from, or 0.
  public var lineage: UInt128 = 0
  /// Checksum of the superblock that this one replaced, or 0 at sequence 1.
  public var parent: UInt128 = 0
  /// Number of the update, from 1.
  public var sequence: UInt64 = 0
  /// Release that formatted the file.
  public var releaseFormat: UInt32 = 0
  /// Release that wrote this update.
  public var release: UInt32 = 0
  /// Index of this replica in the member list.
  public var replica: UInt8 = 0
  /// Whether the file has never taken part in its cluster.
  public var isVirgin = false
  public var configurationEpoch: UInt64 = 0
  public var members: MemberList
  public var quorums = Quorums(replication: 1, election: 1)
  public var geometry = Geometry()

  // Raft's hard state.
  public var term: UInt64 = 0
  /// Last term whose leader's entries this replica accepted; at least every term in its log.
  public var logTerm: UInt64 = 0
  /// The member voted for in `term`, or 0.
  public var votedFor: UInt128 = 0
  /// Highest op proven committed when this was written.
  public var commitMax: UInt64 = 0
  public var syncOpMin: UInt64 = 0
  public var syncOpMax: UInt64 = 0
  public var cut = LogPosition()
  /// The log's head at a clean stop; nil if the replica runs or has crashed.
  public var clean: LogPosition?
  public var checkpoint = CheckpointState()
  public var suffix = SuffixHeaders()

  public init(members: MemberList) { self.members = members }
}

extension Superblock {
  /// Feature masks of the frozen prefix (rule R5). This release knows none, so each must be zero in files it writes.
  public struct Features: Sendable, Equatable, BitwiseCopyable {
    public static let knownIncompatible: UInt64 = 0
    public static let knownReadOnlyCompatible: UInt64 = 0

    /// A reader that does not know one of these must not interpret the file.
    public var incompatible: UInt64 = 0
    /// A reader that does not know one of these may read, but not write.
    public var readOnlyCompatible: UInt64 = 0
    public var compatible: UInt64 = 0

    public init() {}

    public var unknownIncompatible: UInt64 { incompatible & ~Features.knownIncompatible }
    public var unknownReadOnlyCompatible: UInt64 { readOnlyCompatible & ~Features.knownReadOnlyCompatible }
  }
}
