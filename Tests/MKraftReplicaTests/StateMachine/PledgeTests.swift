import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

/// A batch never takes more blocks than were reserved for it, whatever order its keys come in (rule R17).
struct PledgeTests {
  private static let geometry = Geometry(
    slotCount: 64, messageSize: 64 << 10, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 65536)

  /// Of the keys of one batch.
  enum Order: String, CaseIterable {
    case rising, falling
    /// Each just behind the last key that was there before, so that each is behind all others of one full leaf.
    case fallingBehindAFullLeaf
    /// The first, the last, the second, the last but one, ...
    case fromBothEnds
    case shuffled
  }

  private func keys(_ count: Int, _ order: Order) -> [[UInt8]] {
    func key(_ number: Int) -> [UInt8] { Array("m\(10_000 + number)".utf8) }
    switch order {
    case .rising: return (0..<count).map(key)
    case .falling, .fallingBehindAFullLeaf: return (0..<count).reversed().map(key)
    case .fromBothEnds: return (0..<count).map { key($0 % 2 == 0 ? $0 / 2 : count - 1 - $0 / 2) }
    case .shuffled:
      var generator = SplitMix64(seed: 3)
      return (0..<count).shuffled(using: &generator).map(key)
    }
  }

  @Test(arguments: Order.allCases, [0, 1, 200, 848, 3000])
  func blocksTakenAreAtMostThosePledged(_ order: Order, before: Int) throws {
    let rig = MachineRig(geometry: Self.geometry, cacheBlocks: 512)
    var next = 0
    while next < before {
      let count = min(500, before - next)
      let events = (next..<next + count).map { KeyValueEvent.put(key: Array("a\(10_000 + $0)".utf8), value: [7]) }
      _ = try rig.run(events)
      next += count
    }
    // Something above, so that the full leaf is not the tree's last one.
    if order == .fallingBehindAFullLeaf { _ = try rig.run([.put(key: Array("z".utf8), value: [1])]) }
    for round in 0..<2 {
      let body = try encode(
        keys(1500, order).map { .put(key: $0 + [UInt8(round)], value: []) }, bodySizeMax: Self.geometry.bodySizeMax)
      let pledged = rig.machine.blocksNeeded(body: body.rawSpan, pledged: 0)
      let acquired = rig.grid.acquired.count
      let results = try decodeResults(rig.apply(body))
      #expect(results.allSatisfy { $0.status == .ok })
      #expect(rig.grid.acquired.count - acquired <= pledged, "\(order) after \(before), round \(round)")
      rig.takeCheckpoint()
    }
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
