internal import MKraftFormat
internal import MKraftStorage

/// Puts together what several threads find in the grid.
///
/// Nodes are compared with their references one by one, for inner nodes tell what leaves must be before those are read. Values are
/// as many as pairs, so that no memory holds all of their references: of each class of addresses only a sum is kept, of what
/// the references say less what stands there. All sums are 0 if and only if every value is the one that is referred to (up to
/// the strength of the checksums); otherwise `ValueSearch` finds out which is not.
///
/// Memory: a bit a block, and sums of 8 MiB at most.
struct GridIntake: Sendable {
  static let sumsMax = 1 << 19
  /// Damaged blocks and faults kept; beyond them they are counted.
  static let listMax = 4096
  /// Pieces that may wait for an earlier one; a thread that is further ahead waits. A piece of leaves full of references takes 2 MiB.
  static let waitingMax = 4

  private let ground: GridGround
  /// Blocks of the tree that something refers to.
  private(set) var reachable: BlockSet
  private(set) var sums: [UInt128]
  private(set) var leafCount: UInt64 = 0
  private(set) var pairCount: UInt64 = 0
  private(set) var valueCount: UInt64 = 0
  private(set) var faults: [GridFault] = []
  private(set) var faultCount = 0
  private(set) var damaged: [BlockNotes.Damaged] = []
  private(set) var damagedCount = 0

  let innerCount: UInt64
  /// Pieces that wait for an earlier one: what is said of two references to one block must not depend on which thread was faster.
  private var pieces = PiecesInOrder<BlockNotes>(waitingMax: waitingMax)

  /// - Parameter walk: over all of the tree above its leaves.
  init(_ ground: GridGround, _ walk: TreeWalk) {
    self.ground = ground
    reachable = walk.met
    innerCount = walk.innerCount
    faults = walk.faults
    faultCount = walk.faultCount
    sums = Array(repeating: 0, count: GridIntake.sumCount(ground))
  }

  /// Blocks and pairs that were counted.
  struct Counts: Sendable {
    var inner: UInt64
    var leaf: UInt64
    var pair: UInt64
    var value: UInt64
  }

  /// What was put together before; nil if it is not of a grid of this size, or its sums are not each there once, in order.
  init?(
    _ ground: GridGround, _ counts: Counts, reachable: BlockSet, sums: [(index: UInt32, sum: UInt128)],
    faults: ([GridFault], count: Int), damaged: ([BlockNotes.Damaged], count: Int)
  ) {
    self.ground = ground
    (innerCount, leafCount, pairCount, valueCount) = (counts.inner, counts.leaf, counts.pair, counts.value)
    self.reachable = reachable
    self.sums = Array(repeating: 0, count: GridIntake.sumCount(ground))
    (self.faults, faultCount) = faults
    (self.damaged, damagedCount) = damaged
    var next: UInt32 = 0
    for (index, sum) in sums {
      // There are far fewer sums than such numbers.
      guard index >= next, index < self.sums.count, sum != 0 else { return nil }
      self.sums[Int(index)] = sum
      next = index + 1
    }
  }

  private static func sumCount(_ ground: GridGround) -> Int { max(1, Int(min(ground.blockCount, UInt64(sumsMax)))) }

  /// Whether the piece of this number has to wait for earlier ones.
  func isFull(_ sequence: Int) -> Bool { pieces.isFull(sequence) }

  /// - Parameter sequence: counts the pieces of blocks of one scan, by address.
  mutating func take(_ notes: BlockNotes, sequence: Int) {
    for due in pieces.take(notes, sequence) { take(due) }
  }

  /// Another scan begins, whose pieces are counted anew.
  mutating func beginScan() {
    precondition(pieces.isEmpty, "every piece that was taken was finished")
    pieces = PiecesInOrder(waitingMax: GridIntake.waitingMax)
  }

  private mutating func take(_ notes: BlockNotes) {
    leafCount += notes.leafCount
    pairCount += notes.pairCount
    for (reference, referrer) in notes.references { take(reference, by: referrer) }
    for value in notes.values { sums[index(of: value.address)] &-= GridIntake.mark(value) }
    for fault in notes.faults { add(fault) }
    damagedCount += notes.damaged.count
    damaged += notes.damaged.prefix(GridIntake.listMax - damaged.count)
  }

  private mutating func take(_ reference: BlockReference, by referrer: UInt64) {
    guard ground.mayBelongToTree(reference.address) else {
      return add(GridFault(fault: .violates(.setsDisjoint, address: reference.address), referrer: referrer))
    }
    guard !reachable.contains(reference.address) else { return takeShared(reference, by: referrer) }
    reachable.insert(reference.address)
    valueCount += 1
    sums[index(of: reference.address)] &+= GridIntake.mark(reference)
  }

  /// A block that something else refers to as well: which of the two is right, only the block tells. That nothing stands for this
  /// reference in the sums makes the search look at both.
  private mutating func takeShared(_ reference: BlockReference, by referrer: UInt64) {
    add(GridFault(fault: .violates(.setsDisjoint, address: reference.address), referrer: referrer))
    sums[index(of: reference.address)] &+= GridIntake.mark(reference)
  }

  mutating func add(_ fault: GridFault) {
    faultCount += 1
    if faults.count < GridIntake.listMax { faults.append(fault) }
  }

  // MARK: Sums

  /// A checksum covers the block's address, so that the same blocks in other places do not add up to the same.
  private static func mark(_ reference: BlockReference) -> UInt128 { reference.checksum &+ UInt128(reference.extent) }

  private func index(of address: UInt64) -> Int { Int((address - 1) % UInt64(sums.count)) }

  /// Whether some value may not be the one that is referred to.
  var hasDoubtfulValues: Bool { sums.contains { $0 != 0 } }

  func isDoubtful(_ address: UInt64) -> Bool { sums[index(of: address)] != 0 }
}
