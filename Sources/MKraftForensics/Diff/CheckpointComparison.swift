internal import MKraftFormat
internal import MKraftStorage

/// The checkpoints of two files against each other.
public struct CheckpointComparison: Sendable, Equatable {
  /// Most blocks listed.
  public static let blocksMax = 100

  public enum Relation: String, Sendable, CaseIterable {
    /// The same op and the same id: the same state, byte by byte (rule R19).
    case same
    /// The same op and different ids: the state machines have come to different states.
    case different
    /// The second is the checkpoint after the first, and names it as its parent.
    case next
    /// The first is the checkpoint after the second, and names it as its parent.
    case previous
    /// One checkpoint after another, but the later one names another parent.
    case unlinked
    /// More than one checkpoint apart: nothing can be said.
    case apart

    public var words: String {
      switch self {
      case .same: "the same state"
      case .different: "different states at the same op"
      case .next: "the second is one checkpoint ahead of the first, on the same history"
      case .previous: "the first is one checkpoint ahead of the second, on the same history"
      case .unlinked: "one checkpoint apart, and on different histories"
      case .apart: "more than one checkpoint apart: the ids cannot be linked"
      }
    }

    /// Whether two replicas of one cluster must never be so.
    public var isContradiction: Bool { self == .different || self == .unlinked }
  }

  /// Why a block is named.
  public enum BlockDifference: String, Sendable, CaseIterable {
    case contents
    case onlyInFirst = "only-in-first"
    case onlyInSecond = "only-in-second"
    case unreadable
  }

  public struct Block: Sendable, Equatable {
    public let address: UInt64
    public let difference: BlockDifference
  }

  /// Index of each file.
  public let files: (Int, Int)
  public let ops: (UInt64, UInt64)
  public let ids: (UInt128, UInt128)
  public let relation: Relation
  /// Blocks that differ, in order of address; only looked for if the states are different at the same op.
  public private(set) var blocks: [Block] = []
  public private(set) var blockCount = 0

  public static func == (left: CheckpointComparison, right: CheckpointComparison) -> Bool {
    left.files == right.files && left.ops == right.ops && left.ids == right.ids && left.relation == right.relation
      && left.blocks == right.blocks && left.blockCount == right.blockCount
  }

  init?(_ replicas: [ComparedReplica], _ first: Int, _ second: Int) {
    guard let one = replicas[first].superblock, let other = replicas[second].superblock else { return nil }
    files = (first, second)
    ops = (one.checkpoint.op, other.checkpoint.op)
    ids = (one.checkpoint.id, other.checkpoint.id)
    relation = CheckpointComparison.relation(one, other)
    if relation == .different { compareBlocks(replicas[first].storage, one, replicas[second].storage, other) }
  }

  private static func relation(_ one: Superblock, _ other: Superblock) -> Relation {
    let (left, right) = (one.checkpoint, other.checkpoint)
    if left.op == right.op { return left.id == right.id ? .same : .different }
    let (number, otherNumber) = (one.geometry.interval(of: left.op), other.geometry.interval(of: right.op))
    if otherNumber == number + 1 { return right.parentID == left.id ? .next : .unlinked }
    if number == otherNumber + 1 { return left.parentID == right.id ? .previous : .unlinked }
    return .apart
  }

  // MARK: Blocks

  private mutating func compareBlocks(
    _ storage: any Storage, _ superblock: Superblock, _ otherStorage: any Storage, _ otherSuperblock: Superblock
  ) {
    guard superblock.geometry == otherSuperblock.geometry,
      let acquired = CheckpointReader(storage, superblock).parts().acquired,
      let others = CheckpointReader(otherStorage, otherSuperblock).parts().acquired
    else { return }
    let geometry = superblock.geometry
    let buffer = IOBuffer(byteCount: IOBuffer.pageAlignment)
    func checksum(_ storage: any Storage, _ address: UInt64) -> UInt128? {
      let offset = geometry.blockOffset(address: address)
      guard let count = try? storage.read(buffer.byteCount, at: offset, into: buffer), count == buffer.byteCount else {
        return nil
      }
      return buffer.bytes.load(BlockHeader.Layout.checksum)
    }
    var address: UInt64 = 0
    let last = max(acquired.highest, others.highest)
    while address < last {
      address += 1
      switch (acquired.contains(address), others.contains(address)) {
      case (false, false): continue
      case (true, false): add(address, .onlyInFirst)
      case (false, true): add(address, .onlyInSecond)
      case (true, true):
        guard let one = checksum(storage, address), let other = checksum(otherStorage, address) else {
          add(address, .unreadable)
          continue
        }
        if one != other { add(address, .contents) }
      }
    }
  }

  private mutating func add(_ address: UInt64, _ difference: BlockDifference) {
    blockCount += 1
    if blocks.count < CheckpointComparison.blocksMax { blocks.append(Block(address: address, difference: difference)) }
  }
}
