import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Blocks that are acquired and dropped within one interval")
struct BlockReuseTests {
  static let geometry = Geometry(
    slotCount: 64, messageSize: 32 << 10, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 8192)

  /// One key after the other is given large values again and again: what they took before is free at once, and no block is lost.
  @Test func overwritingTakesNoMoreBlocksThanTheValuesNeed() throws {
    let rig = MachineRig(geometry: BlockReuseTests.geometry)
    for round in 0..<400 { _ = try rig.run([.put(key: [UInt8(round % 4) + 1], value: value(round))]) }
    // Four values of two blocks, two more that the next one takes before the old one is dropped, and a leaf.
    #expect(rig.grid.acquired.highest <= 4 * 2 + 2 + 1 && rig.grid.released.isEmpty)
    rig.takeCheckpoint()
    // The acquired set; nothing is released, and there are no sessions.
    let sets = 1
    #expect(rig.grid.acquired.count == UInt64(4 * 2 + 1 + sets) && rig.grid.released.isEmpty)
    // What the checkpoint uses is not given away before the next one.
    for key in 1...4 as ClosedRange<UInt8> { _ = try rig.run([.put(key: [key], value: value(Int(key)))]) }
    #expect(rig.grid.released.count == UInt64(4 * 2 + 1))
    for key in 1...4 as ClosedRange<UInt8> { _ = try rig.run([.delete(key: [key])]) }
    #expect(rig.grid.released.count == UInt64(4 * 2 + 1))
    #expect(rig.grid.acquired.count == rig.grid.released.count + UInt64(sets), "the tree is empty")
  }

  /// The smallest cache, so that blocks are still on their way to the disk when they are dropped and their addresses taken again,
  /// by values, nodes and trailers; completions come in any order, or the first write is the last to complete.
  @Test func anAddressIsReusedWhileItsOldBlockIsBeingWritten() throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      let rig = MachineRig(geometry: BlockReuseTests.geometry, seed: seed, newestFirst: seed % 2 == 0)
      var model: [UInt8: [UInt8]] = [:]
      for round in 0..<1200 {
        let key = UInt8.random(in: 1...90, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
          _ = try rig.run([.delete(key: [key])])
          model[key] = nil
        } else {
          #expect(try rig.run([.put(key: [key], value: value(round))]).map(\.status) == [.ok])
          model[key] = value(round)
        }
        guard round % 100 == 99 else { continue }
        // Right behind writes that were dropped, so that trailers meet them.
        for key in model.keys.sorted() {
          _ = try rig.run([.delete(key: [key])])
          model[key] = nil
        }
        rig.takeCheckpoint()
      }
      let found = try rig.pairs
      #expect(found.count == model.count, "seed \(seed)")
      #expect(found.allSatisfy { model[$0.key[0]] == $0.value }, "seed \(seed)")
    }
  }

  /// The first values have the lowest addresses behind the leaf. They are soon on their way to the disk, and stay so while their
  /// keys are deleted again: the checkpoint's trailers are the next that the addresses belong to.
  @Test func aTrailerWaitsForTheDroppedBlockThatHadItsAddress() throws {
    let rig = MachineRig(geometry: BlockReuseTests.geometry, newestFirst: true)
    for round in 0..<3 as Range<UInt8> {
      _ = try rig.run([.put(key: [200], value: [round])])
      for key in 1...40 as ClosedRange<UInt8> { _ = try rig.run([.put(key: [key], value: value(Int(key)))]) }
      #expect(rig.grid.hasWrites)
      for key in 1...40 as ClosedRange<UInt8> { _ = try rig.run([.delete(key: [key])]) }
      rig.takeCheckpoint()
      #expect(rig.grid.acquired.count == UInt64(1 + rig.grid.trailers.count))
    }
    #expect(try rig.pairs == [KeyValuePair(key: [200], value: [2])])
  }

  private func value(_ round: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 18_000 + round % 4000)
  }
}
