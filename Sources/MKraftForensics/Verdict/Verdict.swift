public import MKraftOutput

/// What is concluded from all findings: what a replica would do, and what the file is worth as a whole.
public struct Verdict: Sendable, Equatable {
  /// What a replica of the membership in the file would do, by its own decision.
  public enum Start: Sendable, Equatable {
    case serves
    /// It writes what is missing from what it has, then serves.
    case servesAfterRepair
    /// It stops when it needs this block of the state or another that is damaged. Whether its log needs one, so that it does not come
    /// to serving, only executing the log would tell.
    case servesUntilDamage(block: UInt64)
    /// It has to wait until other replicas of its cluster answer.
    case abstains
    /// It refuses, and names why.
    case refuses(reason: String)
    /// The parts it depends on were left out.
    case notJudged

    public var name: String {
      switch self {
      case .serves: "serves"
      case .servesAfterRepair: "serves-after-repair"
      case .servesUntilDamage: "serves-until-damage"
      case .abstains: "abstains"
      case .refuses: "refuses"
      case .notJudged: "not-judged"
      }
    }

    public var reason: String? {
      if case .refuses(let reason) = self { reason } else { nil }
    }

    /// The first damaged block that it stops at.
    public var stopsAtBlock: UInt64? {
      if case .servesUntilDamage(let block) = self { block } else { nil }
    }

    public var words: String {
      switch self {
      case .serves: "a replica started on it serves"
      case .servesAfterRepair: "a replica started on it serves after repairing itself"
      case .servesUntilDamage(let block):
        "a replica started on it stops when it needs block \(block) or another that is damaged: before it serves, if its log does"
      case .abstains: "a replica started on it abstains until the other replicas of its cluster answer"
      case .refuses(let reason): "a replica started on it refuses (\(reason))"
      case .notJudged: "what a replica would do was not judged"
      }
    }
  }

  public let start: Start
  /// The worst of all items in the file; nil if nothing was found.
  public let integrity: Severity?
  /// The highest that applies.
  public let exitCode: ExitCode
  /// What the verdict speaks of.
  public let scope: VerificationScope

  /// - Parameter codes: what the findings call for.
  public init(start: Start, codes: [ExitCode], scope: VerificationScope) {
    self.start = start
    integrity = codes.map(Severity.init).max()
    exitCode = ExitCode.worst(codes) ?? .sound
    self.scope = scope
  }
}
