import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("A tree of several levels, far larger than the smallest cache")
struct DeepTreeTests {
  /// Long keys make a node of 16 KiB hold few children, so that the tree is soon three levels high; most of it is only on disk, and
  /// what is written early is read back and changed again.
  @Test func everythingIsThereWhateverLeftTheCache() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      var random = SplitMix64(seed: seed)
      let rig = MachineRig(seed: seed)
      var model: [[UInt8]: [UInt8]] = [:]
      for round in 0..<9000 {
        let number = UInt64.random(in: 0..<6000, using: &random)
        let key =
          Array("\(number &* 0x9E37_79B9_7F4A_7C15)-".utf8) + [UInt8](repeating: UInt8(number % 251), count: 900)
        if number % 7 == 0, round % 3 == 0 {
          _ = try rig.run([.delete(key: key)])
          model[key] = nil
        } else {
          let value = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: Int(number % 1800))
          #expect(try rig.run([.put(key: key, value: value)]).map(\.status) == [.ok])
          model[key] = value
        }
        if round % 4500 == 4499 { rig.takeCheckpoint() }
      }
      #expect(rig.checkpoint.treeHeight >= 3, "seed \(seed): \(rig.checkpoint.treeHeight)")
      let found = try rig.pairs
      #expect(found.count == model.count, "seed \(seed)")
      #expect(found.allSatisfy { model[$0.key] == $0.value }, "seed \(seed)")
    }
  }
}
