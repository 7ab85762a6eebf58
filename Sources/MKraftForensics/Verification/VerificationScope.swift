/// Which parts of a file are verified. The superblock copies, and the sets and sessions of the checkpoint, are always read:
/// nothing can be judged without them.
public struct VerificationScope: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let superblocks = VerificationScope(rawValue: 1)
  /// Both rings, and the chain through them.
  public static let wal = VerificationScope(rawValue: 2)
  public static let replies = VerificationScope(rawValue: 4)
  /// What nobody writes between the zones.
  public static let gaps = VerificationScope(rawValue: 8)
  /// The blocks of the last checkpoint, and that they fit together.
  public static let grid = VerificationScope(rawValue: 16)
  public static let everything: VerificationScope = [.superblocks, .wal, .replies, .gaps, .grid]

  private static let names: [(VerificationScope, String)] = [
    (.superblocks, "superblocks"), (.wal, "wal"), (.replies, "replies"), (.gaps, "gaps"), (.grid, "grid"),
  ]

  /// The parts' names.
  public static var allNames: [String] { names.map(\.1) }

  /// The part of this name, together with the superblocks.
  public init?(name: String) {
    guard let part = VerificationScope.names.first(where: { $0.1 == name })?.0 else { return nil }
    self = [.superblocks, part]
  }

  /// The names of the parts in it.
  public var partNames: [String] { VerificationScope.names.filter { contains($0.0) }.map(\.1) }
}
