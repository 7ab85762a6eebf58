public import MKraftFormat
public import MKraftStorage

/// One of the files that are compared, verified before.
public struct ComparedReplica: Sendable {
  public let storage: any Storage
  public let report: VerificationReport
  /// Which file it is, whatever its name; nil if nobody knows.
  public let identity: FileStamp.Identity?

  public init(_ storage: any Storage, _ report: VerificationReport, identity: FileStamp.Identity? = nil) {
    self.storage = storage
    self.report = report
    self.identity = identity
  }

  /// What it is judged by; nil if no superblock tells.
  public var superblock: Superblock? { report.superblock }
  /// The last op of its log.
  var head: UInt64? { report.journal?.head.op }
  /// Highest op that the file proves committed.
  var commitMax: UInt64 { report.journal?.commitMax ?? report.superblock?.commitMax ?? 0 }
}
