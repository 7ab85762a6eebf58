import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("What waited for a read goes on when that is answered")
struct StallTests {
  /// A replica whose tree is larger than its cache, and a client.
  private func make() throws -> (KeyValueRig, TestClient) {
    let rig = try KeyValueRig(try TestFile.format(), cacheBlocks: 1)
    var client = TestClient(1)
    try rig.register(&client)
    let value = [UInt8](repeating: 7, count: 3000)
    for number in 0..<600 { _ = try rig.ask(client.put("key-\(number * 7919 % 997)", value)) }
    return (rig, client)
  }

  /// Sends reads until one waits for a block.
  private func readThatWaits(_ rig: KeyValueRig) throws -> TestMessage {
    for number in 0..<600 {
      let read = TestMessage.get("key-\(number * 7919 % 997)", tag: UInt64(number) + 1)
      rig.send(read, from: 2)
      if rig.shell.outstandingCount > 0 { return read }
      rig.shell.sent.removeAll()
    }
    throw TestFailure("everything is in the cache")
  }

  @Test func anEntryThatBecameDurableMeanwhile() throws {
    var (rig, client) = try make()
    let read = try readThatWaits(rig)
    let put = client.put("key", [1])
    rig.send(put)
    let grid = rig.geometry.offset(of: .grid)
    rig.complete { $0.offset < grid }
    #expect(rig.take(put).isEmpty, "reads and entries are executed one after the other")
    rig.shell.completeAll()
    #expect(rig.take(read).count == 1)
    #expect(rig.take(put).count == 1)
  }

  /// At the op of a checkpoint a read that waits keeps that from beginning, and a stop waits for it.
  @Test func aCheckpointAndAStop() throws {
    var (rig, client) = try make()
    let interval = UInt64(rig.geometry.checkpointInterval)
    while rig.status.head % interval != interval - 1 { _ = try rig.ask(client.put("key", [1])) }
    let read = try readThatWaits(rig)
    let put = client.put("key", [2])
    rig.send(put)
    let grid = rig.geometry.offset(of: .grid)
    rig.complete { $0.offset < grid }
    rig.shell.stop()
    rig.shell.completeAll()
    #expect(rig.take(read).count == 1 && rig.take(put).count == 1)
    #expect(rig.shell.isStopped)
    #expect(rig.status.checkpoint == rig.status.head)
  }
}
