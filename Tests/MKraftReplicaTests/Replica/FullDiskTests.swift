import MKraftFormat
import MKraftReplica
import MKraftStorage
import SystemPackage
import Testing

@Suite("A full disk refuses writes by name; reads go on, and nothing is lost (rule R17)")
struct FullDiskTests {
  /// A disk that has room for `blocks` blocks of the grid.
  private func disk(blocks: UInt64) throws -> MemoryStorage {
    let storage = try TestFile.format()
    limit(storage, blocks)
    return storage
  }

  private func limit(_ storage: MemoryStorage, _ blocks: UInt64) {
    storage.healAll()
    storage.failWrites(TestFile.geometry.fileSize(blockCount: blocks)..<MemoryStorage.byteCountMax, with: .noSpace)
  }

  /// Puts keys of their own until one is refused; returns how many were taken.
  private func fill(_ rig: KeyValueRig, _ client: inout TestClient) throws -> Int {
    for count in 0..<5000 {
      let answer = try rig.ask(
        client.put("key-\(count)", [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: 3000)))
      guard answer.header.command == .refusal else { continue }
      #expect(answer.header.refusal == .storageFull)
      client.request -= 1
      return count
    }
    throw TestFailure("the disk did not become full")
  }

  @Test func writesAreRefusedReadsGoOnAndRestartsLoseNothing() throws {
    // A whole step of growth does not fit; what is needed at first does.
    let storage = try disk(blocks: 150)
    var rig = try KeyValueRig(storage)
    var client = TestClient(1)
    try rig.register(&client)
    let count = try fill(rig, &client)
    #expect(count > 40, "there was room for some")
    let blocksUsed = { (rig: KeyValueRig) in rig.storage.byteCount }
    #expect(blocksUsed(rig) <= TestFile.geometry.fileSize(blockCount: 150))
    var refusals = 0
    for restart in 0..<80 {
      // The no-ops of the starts bring on checkpoints, and those give blocks back: then a write may be taken.
      let answer = try rig.ask(client.put("more", [UInt8](repeating: 1, count: 3000))).header
      #expect(answer.command == .reply || answer.refusal == .storageFull, "start \(restart)")
      if answer.command == .refusal {
        refusals += 1
        client.request -= 1
      }
      for key in [0, count / 2, count - 1] {
        #expect(try rig.value(of: "key-\(key)")?.count == 3000, "start \(restart)")
      }
      #expect(try rig.value(of: "key-\(count)") == nil)
      if restart % 3 == 0 { try rig.stop() }
      rig = try KeyValueRig(storage)
      #expect(rig.shell.isReady && rig.shell.halt == nil, "start \(restart)")
    }
    #expect(refusals > 5)
    // Room again: the same client goes on.
    limit(storage, 4000)
    let answer = try rig.ask(client.put("key-\(count)", [7]))
    #expect(answer.header.command == .reply)
    #expect(try rig.value(of: "key-\(count)") == [7])
    try rig.stop()
  }

  /// With no room at all a file can still be started again and again, and says why it takes no writes.
  @Test func noRoomFromTheBeginning() throws {
    let storage = try disk(blocks: 0)
    for start in 0..<100 {
      let rig = try KeyValueRig(storage)
      #expect(rig.shell.isReady, "start \(start)")
      #expect(try rig.ask(TestClient(1).register()).header.refusal == .storageFull)
      #expect(try rig.value(of: "k") == nil)
      if start % 2 == 0 { try rig.stop() }
    }
    #expect(storage.byteCount == TestFile.geometry.fileSizeAtFormat)
    limit(storage, 4000)
    let rig = try KeyValueRig(storage)
    #expect(try rig.ask(TestClient(1).register()).header.command == .reply)
    try rig.stop()
    #expect(try Opening.read(storage).superblock.checkpoint.op > 0, "the checkpoint that was due is taken")
  }

  /// A grid that is full is a logged result. Removals need blocks too, for copies: those come back with each checkpoint, and then the
  /// store can be emptied.
  @Test func aFullGridIsAResult() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(1)
    try rig.register(&client)
    var stored = 0
    while try status(rig, client.put("key-\(stored)", [UInt8](repeating: 1, count: 3000))) == .ok { stored += 1 }
    #expect(stored > 200 && stored < 5 * 256, "256 blocks of at most five such pairs")
    for key in 0..<stored {
      var tries = 0
      while try status(rig, remove("key-\(key)", &client)) == .noSpace { tries += 1 }
      #expect(tries <= 2 * Int(rig.geometry.checkpointInterval), "key-\(key)")
      #expect(try rig.value(of: "key-\(key)") == nil)
    }
    for number in 0..<120 { #expect(try status(rig, client.put("again-\(number)", [2])) == .ok) }
    #expect(try rig.value(of: "again-119") == [2])
    try rig.stop()
  }

  private func remove(_ key: String, _ client: inout TestClient) -> TestMessage {
    client.request += 1
    return client.write([.delete(key: Array(key.utf8))], request: client.request)
  }

  private func status(_ rig: KeyValueRig, _ message: TestMessage) throws -> KeyValueStatus? {
    let answer = try rig.ask(message)
    guard answer.header.command == .reply else { throw TestFailure("refused: \(answer.header.status)") }
    return try decodeResults(answer.body).first?.status
  }
}
