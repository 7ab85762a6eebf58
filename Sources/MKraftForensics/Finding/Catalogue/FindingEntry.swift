public import MKraftOutput

/// What the catalogue says of one kind of finding. Texts are phrases without a full stop at their end, for an operator.
public struct FindingEntry: Sendable {
  /// The part of a file that a finding is about: the names that `verify-checksums --zone` takes, or the file as a whole.
  public enum Part: String, Sendable, CaseIterable {
    case file, superblocks, wal, replies, gaps, grid
  }

  public let kind: FindingKind
  public let part: Part
  /// The exit code that it calls for; severity follows from it.
  public let exitCode: ExitCode
  /// What it means.
  public let meaning: String
  /// How it comes about, the likeliest first; at least one.
  public let causes: [String]
  /// What it puts at risk.
  public let risk: String
  /// How dangerous that is, and what would make it worse.
  public let danger: String
  /// What to do.
  public let next: NextStep

  init(
    _ kind: FindingKind, _ part: Part, _ exitCode: ExitCode, _ meaning: String, causes: [String], risk: String,
    danger: String, next: NextStep
  ) {
    precondition(!causes.isEmpty, "a finding comes about somehow")
    self.kind = kind
    self.part = part
    self.exitCode = exitCode
    self.meaning = meaning
    self.causes = causes
    self.risk = risk
    self.danger = danger
    self.next = next
  }

  public var name: String { kind.name }
  public var severity: Severity { Severity(exitCode) }
}
