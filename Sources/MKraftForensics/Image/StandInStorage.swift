public import MKraftStorage

/// A storage that may give other bytes in place of some that were left out, and says what the checks gave over those
/// (`RecordedAnswers`). Whoever only looks at it wants those answers. Whoever takes bytes from it must not get them: the bytes would
/// pass for right.
public protocol StandInStorage: Storage {
  /// Whether bytes of users were left out.
  var isRedacted: Bool { get }
  /// What was found out of damaged values when the bytes of all were there.
  var replacedBlocks: ReplacedBlocks { get }
  /// The same bytes, of which nothing is told: every check is of the bytes that are given.
  var unanswered: any Storage { get }
}
