import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

/// A batch never takes more blocks than were reserved for it, whatever order its keys come in (rule R17).
struct PledgeTests {
  private static let geometry = Geometry(
    slotCount: 64, messageSize: 128 << 10, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 65536)

  /// Of the keys of one batch.
  enum Order: String, CaseIterable {
    case rising, falling
    /// The first, the last, the second, the last but one, ...
    case fromBothEnds
    case shuffled
  }

  private func keys(_ count: Int, _ order: Order) -> [[UInt8]] {
    func key(_ number: Int) -> [UInt8] { Array("m\(10_000 + number)".utf8) }
    switch order {
    case .rising: return (0..<count).map(key)
    case .falling: return (0..<count).reversed().map(key)
    case .fromBothEnds: return (0..<count).map { key($0 % 2 == 0 ? $0 / 2 : count - 1 - $0 / 2) }
    case .shuffled:
      var generator = SplitMix64(seed: 3)
      return (0..<count).shuffled(using: &generator).map(key)
    }
  }

  /// Puts keys without values in one batch; it must not take more than was pledged.
  private func put(_ keys: [[UInt8]], into rig: MachineRig, _ name: String) throws {
    let body = try encode(keys.map { .put(key: $0, value: []) }, bodySizeMax: Self.geometry.bodySizeMax)
    let pledged = rig.machine.blocksNeeded(body: body.rawSpan, pledged: 0)
    let acquired = rig.grid.acquired.count
    #expect(try decodeResults(rig.apply(body)).allSatisfy { $0.status == .ok }, "\(name)")
    let taken = rig.grid.acquired.count - acquired
    #expect(taken <= pledged, "\(name): \(taken) blocks, \(pledged) were pledged")
  }

  @Test(arguments: Order.allCases, [0, 1, 200, 848, 3000])
  func blocksTakenAreAtMostThosePledged(_ order: Order, before: Int) throws {
    let rig = MachineRig(geometry: Self.geometry, cacheBlocks: 512)
    for start in stride(from: 0, to: before, by: 500) {
      let numbers = start..<min(start + 500, before)
      _ = try rig.run(numbers.map { .put(key: Array("a\(10_000 + $0)".utf8), value: [7]) })
    }
    for round in 0..<2 {
      try put(keys(1500, order).map { $0 + [UInt8(round)] }, into: rig, "\(order) after \(before), round \(round)")
      rig.takeCheckpoint()
    }
  }

  /// The worst order for splits that send an entry alone to the right: one leaf is full to the last byte, its last key is 1 1 1 1 1 1 1 1,
  /// and each new key comes right behind that and below the separator of the one before: 255, 254, ... 2, then 1 255, 1 254, ...
  @Test func fallingKeysBehindAFullLeafDoNotTakeALeafEach() throws {
    let rig = MachineRig(geometry: Self.geometry, cacheBlocks: 512)
    let space = TreeNode.space(blockSize: Int(Self.geometry.blockSize))
    let entry = TreeNode.entrySpace(keySize: 8, payloadSize: 0)
    let numbers = 0..<space / entry - 1
    _ = try rig.run(numbers.map { .put(key: [0, 0, 0, 0, 0, 0, UInt8($0 >> 8), UInt8($0 & 255)], value: []) })
    let filler = [UInt8](repeating: 9, count: space % entry)
    _ = try rig.run([.put(key: [UInt8](repeating: 1, count: 8), value: filler)])
    rig.takeCheckpoint()
    #expect(rig.checkpoint.leafCount == 1, "the leaf is full and not split")
    let falling = (0..<8).flatMap { depth in
      (2...255).reversed().map { [UInt8](repeating: 1, count: depth) + [UInt8($0)] }
    }
    try put(falling, into: rig, "falling behind a full leaf")
    rig.takeCheckpoint()
    #expect(rig.checkpoint.leafCount < 16, "\(rig.checkpoint.leafCount) leaves for \(falling.count) short keys")
  }

  /// Keys in order fill their leaves, as a log of events has them.
  @Test func keysInOrderFillTheirLeaves() throws {
    let rig = MachineRig(geometry: Self.geometry, cacheBlocks: 512)
    for round in 0..<8 {
      _ = try rig.run((0..<1000).map { .put(key: Array("k\(10_000 + round * 1000 + $0)".utf8), value: [1, 2, 3]) })
    }
    rig.takeCheckpoint()
    let perLeaf =
      TreeNode.space(blockSize: Int(Self.geometry.blockSize)) / TreeNode.entrySpace(keySize: 6, payloadSize: 3)
    #expect(rig.checkpoint.pairCount == 8000)
    #expect(rig.checkpoint.leafCount == UInt64(8000 / perLeaf + 1), "\(rig.checkpoint.leafCount), \(perLeaf) in each")
  }
}
