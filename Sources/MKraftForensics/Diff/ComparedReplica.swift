public import MKraftFormat
public import MKraftStorage

/// One of the files that are compared, verified before.
public struct ComparedReplica: Sendable {
  public let storage: any Storage
  public let report: VerificationReport

  public init(_ storage: any Storage, _ report: VerificationReport) {
    self.storage = storage
    self.report = report
  }

  /// What it is judged by; nil if no superblock tells.
  public var superblock: Superblock? { report.superblock }
  /// The last op of its log.
  var head: UInt64? { report.journal?.head.op }
  /// Highest op that the file proves committed.
  var commitMax: UInt64 { report.journal?.commitMax ?? report.superblock?.commitMax ?? 0 }
}
