import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Changes that wait for room in the cache")
struct RoomTests {
  /// While the device is slow to write blocks, a change waits for them: it does not read its path again and again.
  @Test func aChangeThatWaitsForWritesReadsNothing() throws {
    let rig = try KeyValueRig(try TestFile.format(), cacheBlocks: 1)
    var client = TestClient(1)
    try rig.register(&client)
    // More leaves than the cache holds.
    for number in 0..<600 { _ = try rig.ask(client.put("key-\(number * 7919 % 997)", value(3000))) }
    var reads = 0
    var answers = 0
    let grid = rig.geometry.offset(of: .grid)
    for number in 0..<200 {
      rig.send(client.put("key-\(number * 31 % 997)", value(3000)))
      while let index = rig.shell.outstandingRequests.firstIndex(where: { $0.offset < grid || $0.direction == .read }) {
        if rig.shell.outstandingRequests[index].offset >= grid { reads += 1 }
        rig.shell.complete(at: index)
        guard reads < 5000 else { throw TestFailure("\(reads) blocks were read for \(number) changes") }
      }
      guard !rig.shell.sent.isEmpty else { break }
      answers += rig.shell.sent.count
      rig.shell.sent.removeAll()
    }
    // Some changes find room before the rest of them waits, and that goes on when blocks are written.
    #expect(answers > 5 && answers < 200)
    rig.shell.completeAll()
    #expect(rig.shell.sent.count == 1)
  }

  private func value(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count) }
}
