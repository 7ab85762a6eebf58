import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("A read whose client leaves while its blocks are on their way")
struct GivenUpReadTests {
  /// The next write drops the very blocks that are being read.
  @Test(arguments: [KeyValueEvent.put(key: [1], value: [7]), .delete(key: [1])])
  func whatItAwaitsIsDroppedByTheNextWrite(_ write: KeyValueEvent) throws {
    let geometry = Geometry(
      slotCount: 64, messageSize: 32 << 10, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 8192)
    let rig = MachineRig(geometry: geometry)
    _ = try rig.run([.put(key: [1], value: [UInt8](repeating: 1, count: 20_000))])
    rig.takeCheckpoint()
    // So many that the first value leaves the cache, and so few that the tree is one leaf.
    for key in UInt8(2)..<60 { _ = try rig.run([.put(key: [key], value: [UInt8](repeating: key, count: 20_000))]) }
    rig.completeAll()
    #expect(try rig.giveUp([.get(key: [1])]) == .waiting)
    #expect(try rig.run([write]).map(\.status) == [.ok])
    let found = try rig.run([.get(key: [1])])
    if case .put(_, let value) = write {
      #expect(found.map(\.value) == [value])
    } else {
      #expect(found.map(\.status) == [.notFound])
    }
    rig.takeCheckpoint()
    #expect(try rig.pairs.count == rig.count)
  }
}
