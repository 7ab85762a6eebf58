import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("What a replica refuses to start on, and that it writes nothing then")
struct OpeningTests {
  /// Expects the refusal of this name, and a device as it was.
  private func expectRefusal(_ name: String, _ storage: MemoryStorage) throws {
    let before = try storage.fingerprint
    do {
      _ = try KeyValueRig(storage)
      Issue.record("\(name): it was opened")
    } catch let refusal as OpeningRefusal {
      #expect(refusal.name == name)
    }
    #expect(try storage.fingerprint == before, "\(name): nothing is written")
    #expect(storage.inFlight.isEmpty)
  }

  @Test func aFileOfSeveralMembers() throws {
    for count in [2, 3, 5] {
      try expectRefusal("other-members", try TestFile.format(TestFile.plan(replicaCount: count)))
    }
  }

  @Test func aFileThatIsTooShort() throws {
    let storage = try TestFile.format()
    storage.truncate(to: storage.byteCount - 1)
    try expectRefusal("file-truncated", storage)
  }

  @Test func aFeatureThatAllowsReadingOnly() throws {
    for feature in [UInt64(1), 1 << 63] {
      let storage = try TestFile.format()
      TestFile.put(TestFile.plan().superblock, onto: storage) { $0.features.readOnlyCompatible = feature }
      try expectRefusal("features-read-only", storage)
    }
    // One that is compatible changes nothing.
    let storage = try TestFile.format()
    TestFile.put(TestFile.plan().superblock, onto: storage) { $0.features.compatible = .max }
    #expect(try KeyValueRig(storage).shell.isReady)
    #expect(storage.superblock(copy: 0, TestFile.geometry)?.features.compatible == .max, "it is kept")
  }

  @Test func aDeviceOfLargerSectors() throws {
    let storage = try TestFile.format()
    let device = MemoryStorage(directAlignment: 8192)
    let bytes = IOBuffer(byteCount: Int(storage.byteCount))
    #expect(try storage.read(bytes.byteCount, at: 0, into: bytes) == bytes.byteCount)
    device.replace(at: 0, with: bytes)
    try expectRefusal("io-unit-too-small", device)
  }

  @Test func filesWithoutAQuorumOfSuperblocks() throws {
    try expectRefusal("superblock-not-found", MemoryStorage())
    try expectRefusal("superblock-not-found", MemoryStorage(byteCount: 8 << 20))
    let storage = try TestFile.format()
    for copy in 0..<3 { storage.flipBit(at: 8 * (TestFile.geometry.offset(of: .superblock(copy)) + 5000)) }
    try expectRefusal("superblock-quorum-lost", storage)
  }

  @Test func aLogThatLostAnEntry() throws {
    let rig = try KeyValueRig(try TestFile.format())
    for id in 1...UInt128(5) { _ = try rig.ask(TestClient(id).register()) }
    rig.storage.flipBit(at: 8 * rig.geometry.prepareOffset(slot: 3))
    try expectRefusal("wal-damaged", rig.storage)
  }

  /// What is healed is written before the term is taken, and then the file is as sound as ever.
  @Test func damageThatIsHealed() throws {
    let rig = try KeyValueRig(try TestFile.format())
    for id in 1...UInt128(5) { _ = try rig.ask(TestClient(id).register()) }
    let sound = rig.storage.snapshot()
    rig.storage.flipBit(at: 8 * rig.geometry.headerOffset(slot: 3))
    rig.storage.flipBit(at: 8 * rig.geometry.headerOffset(slot: 40))
    rig.storage.flipBit(at: 8 * (rig.geometry.offset(of: .superblock(2)) + 100))
    let healed = try KeyValueRig(rig.storage, starts: false, now: 1000)
    healed.shell.start()
    let superblock = healed.geometry.offset(of: .superblock(2))
    #expect(healed.shell.outstandingRequests.map(\.offset) == [superblock], "the superblock copy first")
    for _ in 0..<5 { healed.shell.complete(at: 0) }
    let log = healed.geometry.prepareOffset(slot: 1)
    #expect(healed.shell.outstandingRequests.map(\.offset) == [log], "then the log is read")
    healed.shell.complete(at: 0)
    let units = [0, 32].map { healed.geometry.headerOffset(slot: $0) }
    for unit in units {
      #expect(healed.shell.outstandingRequests.map(\.offset) == [unit], "then the header ring, in op order")
      healed.shell.complete(at: 0)
    }
    let headers = healed.geometry.headerOffset(slot: 0)..<healed.geometry.headerOffset(slot: 32)
    #expect(try rig.storage.fingerprint(of: headers) == sound.fingerprint(of: headers))
    #expect(healed.status.term == 1)
    healed.shell.completeAll()
    #expect(healed.shell.isReady && healed.status.term == 2 && healed.status.head == 7)
  }
}
