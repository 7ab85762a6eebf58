/// Where a file's bytes went: what was checked, skipped and unreadable adds up to the file's size.
public struct ByteTally: Sendable, Equatable {
  /// Why bytes were not checked.
  public enum SkipReason: String, Sendable, CaseIterable {
    /// The rest of a slot after its entry or reply: left over from earlier ones, or never written; no checksum covers it.
    case slotRemainder = "slot-remainder"
    /// Beyond the last byte that the superblock knows of.
    case beyondData = "beyond-data"
    /// Blocks that no checkpoint refers to: they may hold anything.
    case freeBlock = "free-block"
    /// The rest of a block after its contents, which no checksum covers.
    case blockRemainder = "block-remainder"
    /// Space at the end of the file that the grid will grow into.
    case reservedGrowth = "reserved-growth"
    /// The zone was left out, as was asked for.
    case outOfScope = "out-of-scope"
    /// No superblock copy tells what lies where.
    case geometryUnknown = "geometry-unknown"
    /// A limit was reached, or the run was interrupted, before they were read.
    case notReached = "not-reached"
    /// Blocks that the newest checkpoint had replaced before they could be judged.
    case superseded = "superseded"

    public var words: String {
      switch self {
      case .slotRemainder: "space after an entry in its slot, which no checksum covers"
      case .beyondData: "beyond the end that the superblock names"
      case .freeBlock: "blocks of the grid that nothing refers to"
      case .blockRemainder: "space after a block's contents, which no checksum covers"
      case .reservedGrowth: "space reserved for the grid to grow into"
      case .outOfScope: "zones left out on request"
      case .geometryUnknown: "what lies here is unknown without a superblock"
      case .notReached: "not reached: a limit, or an interruption, came first"
      case .superseded: "blocks that a newer checkpoint replaced while the file was read"
      }
    }
  }

  /// Bytes whose checksum was compared, or that must be zero and were looked at.
  public private(set) var checked: UInt64 = 0
  public private(set) var unreadable: UInt64 = 0
  private var skippedByReason = [UInt64](repeating: 0, count: SkipReason.allCases.count)

  public init() {}

  /// A tally that was kept; nil if it has other reasons.
  init?(checked: UInt64, unreadable: UInt64, skipped: [UInt64]) {
    guard skipped.count == skippedByReason.count else { return nil }
    self.checked = checked
    self.unreadable = unreadable
    skippedByReason = skipped
  }

  public var skipped: UInt64 { skippedByReason.reduce(0, &+) }
  public var total: UInt64 { checked &+ skipped &+ unreadable }

  public subscript(reason: SkipReason) -> UInt64 { skippedByReason[Self.index(reason)] }

  mutating func check(_ byteCount: UInt64) { checked += byteCount }
  mutating func skip(_ byteCount: UInt64, _ reason: SkipReason) { skippedByReason[Self.index(reason)] += byteCount }
  mutating func fail(_ byteCount: UInt64) { unreadable += byteCount }

  mutating func supersede(_ byteCount: UInt64) {
    let count = min(byteCount, checked)
    checked -= count
    skip(count, .superseded)
  }

  mutating func add(_ other: ByteTally) {
    checked += other.checked
    unreadable += other.unreadable
    for index in skippedByReason.indices { skippedByReason[index] += other.skippedByReason[index] }
  }

  private static func index(_ reason: SkipReason) -> Int {
    switch reason {
    case .slotRemainder: 0
    case .beyondData: 1
    case .freeBlock: 2
    case .blockRemainder: 3
    case .reservedGrowth: 4
    case .outOfScope: 5
    case .geometryUnknown: 6
    case .notReached: 7
    case .superseded: 8
    }
  }
}
