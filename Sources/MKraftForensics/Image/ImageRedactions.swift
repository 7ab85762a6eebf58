/// What was left out of an image, in bytes that were not zero.
public struct ImageRedactions: Sendable, Equatable {
  public enum Reason: String, Sendable, CaseIterable {
    case requests
    case replies
    case keysAndValues = "keys-and-values"
    case valueBlocks = "value-blocks"
    /// The rest of slots and blocks after their contents: left over from earlier ones.
    case leftovers
    /// Bytes that are no sound structure: anything may stand there.
    case unrecognised

    public var words: String {
      switch self {
      case .requests: "bodies of log entries"
      case .replies: "bodies of client replies"
      case .keysAndValues: "keys, and values that stand in leaves"
      case .valueBlocks: "values in blocks of their own"
      case .leftovers: "what is left over in slots and blocks after their contents"
      case .unrecognised: "bytes that are no sound structure"
      }
    }
  }

  private var byteCounts = [UInt64](repeating: 0, count: Reason.allCases.count)

  public init() {}

  public var total: UInt64 { byteCounts.reduce(0, +) }

  public subscript(reason: Reason) -> UInt64 { byteCounts[Self.index[reason] ?? 0] }

  mutating func add(_ count: Int, _ reason: Reason) { byteCounts[Self.index[reason] ?? 0] += UInt64(count) }

  mutating func add(_ other: ImageRedactions) {
    for index in byteCounts.indices { byteCounts[index] += other.byteCounts[index] }
  }

  private static let index = Dictionary(
    uniqueKeysWithValues: Reason.allCases.enumerated().map { ($0.element, $0.offset) })
}
