public import MKraftOutput

/// How bad a finding is. It follows from the exit code that the finding calls for, so that the two never disagree.
public enum Severity: String, Sendable, CaseIterable, Comparable {
  /// Normal, and worth knowing.
  case note
  /// A replica serves the file all the same, or the look at it was not complete.
  case warning
  /// Something is damaged or missing that can be brought back.
  case damage
  /// Something is lost or contradictory: a human must decide.
  case loss
  /// Nothing can be concluded about the contents.
  case refusal

  public init(_ code: ExitCode) {
    self =
      switch code {
      case .sound: .note
      case .degraded, .incomplete: .warning
      case .repairable, .restorable: .damage
      case .lost: .loss
      default: .refusal
      }
  }

  private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
