public import MKraftFormat
public import MKraftStorage

/// All that a verification found.
public struct VerificationReport: Sendable {
  public let verdict: Verdict
  /// Worst first; at most as many as were asked for.
  public let findings: [Finding]
  /// How often each kind was found, also beyond the limit; in the catalogue's order, without zeros.
  public let counts: [(kind: FindingKind, count: Int)]
  public let bytes: ByteTally
  /// The file's length when the verification began.
  public let byteCount: UInt64
  public let superblockDecision: SuperblockDecision
  /// The superblock that the rest was judged by: the chosen one, else the newest copy that counts; nil if there is none.
  public let superblock: Superblock?
  /// The decision on the log; nil if the log was left out or no superblock tells about it.
  public let journal: JournalDecision?
  /// What the checkpoint says of the grid; nil if no superblock tells about it.
  public let grid: GridSummary?
  /// The head that a file in use was judged as of.
  public let liveHead: UInt64?
  /// What the rest was judged by if no superblock stands in the file and its geometry was supplied.
  public internal(set) var assumption: AssumedSuperblock?
  /// What was asked for and not reached.
  public internal(set) var unchecked: [UncheckedPart] = []
  /// Why the verification ended early; nil if it did not.
  public internal(set) var stop: ScanStop?
  /// What became of the verification that was to be gone on with.
  public internal(set) var resumption = Resumption.none
  /// What it takes to go on with a verification that ended early, if that was asked for; nil too if so much is damaged that it is not
  /// remembered.
  public internal(set) var rest: [UInt8]?
  /// Of a repair that is not finished.
  public internal(set) var mark: RepairMark?

  public var worst: Finding? { findings.first }
  /// Findings in all.
  public var findingCount: Int { counts.reduce(0) { $0 + $1.count } }
}
