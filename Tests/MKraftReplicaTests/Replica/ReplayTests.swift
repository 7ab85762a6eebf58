import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("The log is read back at the start")
struct ReplayTests {
  /// Slots of two units: an entry fills its slot or leaves a unit over. More of them than one read, and all reads at once, hold.
  static let geometry = Geometry(
    slotCount: 2048, messageSize: 8192, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 256)

  /// A file whose log, up to just before the first checkpoint, one client has filled with increments of its counter; and the client.
  private func fill(padding: (_ request: Int) -> Int) throws -> (MemoryStorage, SimulatedClient) {
    let storage = MemoryStorage()
    _ = try DataFileFormatter.format(
      FormatPlan(cluster: Simulation.cluster, geometry: ReplayTests.geometry, fileID: 1), onto: storage)
    let shell = try SimulatedShell(storage, now: 1)
    shell.start()
    shell.completeAll()
    var client = SimulatedClient(
      id: 1, cluster: Simulation.cluster, bodySizeMax: ReplayTests.geometry.bodySizeMax)
    for request in 0..<Int(ReplayTests.geometry.checkpointInterval) - 3 {
      let (header, body) = try client.next(padding: padding(request))
      shell.receive(from: ConnectionID(1), header, body)
      shell.completeAll()
      for message in shell.sent { #expect(client.take(message.header, message.body) == nil) }
      shell.sent.removeAll()
    }
    return (storage, client)
  }

  /// Starts a replica whose transfers complete last-first, and returns how many there were.
  private func restart(_ storage: MemoryStorage) throws -> (SimulatedShell<KeyValueStateMachine>, transfers: Int) {
    let shell = try SimulatedShell(storage, now: 1 << 40)
    shell.start()
    var transfers = 0
    while shell.outstandingCount > 0 {
      shell.complete(at: shell.outstandingCount - 1)
      transfers += 1
    }
    #expect(shell.isReady)
    return (shell, transfers)
  }

  private func counter(_ client: SimulatedClient, _ shell: SimulatedShell<KeyValueStateMachine>) throws -> String {
    var batch = KeyValueBatchBuilder(bodySizeMax: client.bodySizeMax)
    try batch.append(.get(key: client.key))
    var header = MessageHeader(.request, cluster: Simulation.cluster)
    header.operation = Operation.keyValue.rawValue
    header.seal(body: batch.body.rawSpan)
    shell.sent.removeAll()
    shell.receive(from: ConnectionID(2), header, batch.body)
    let body = try #require(shell.sent.first).body
    return String(decoding: body[24..<24 + Int(body[12])], as: UTF8.self)
  }

  @Test func neighboursThatFillTheirSlotsAreReadTogether() throws {
    let (storage, client) = try fill { _ in 5000 }
    let (shell, transfers) = try restart(storage)
    #expect(try counter(client, shell) == "\(client.acknowledged)")
    // The register and the no-op do not fill theirs; the rest is 15 MiB in reads of 1 MiB, and superblock and no-op.
    #expect(client.acknowledged > 1890)
    #expect(transfers < 50)
  }

  @Test func entriesOfAllSizesComeBackInOrder() throws {
    // Runs of two to eight full slots with one or two that are not between them.
    let (storage, client) = try fill { $0 % 11 < 2 || $0 % 7 == 0 ? 10 : 5000 }
    let (shell, transfers) = try restart(storage)
    #expect(try counter(client, shell) == "\(client.acknowledged)")
    #expect(transfers > 300)
  }

  @Test func anEntryThatChangedSinceTheOpeningStopsTheStart() throws {
    let (storage, _) = try fill { _ in 5000 }
    let shell = try SimulatedShell(storage, now: 1 << 40)
    // In the middle of a read of many entries.
    let buffer = IOBuffer(byteCount: 4096)
    let offset = ReplayTests.geometry.prepareOffset(slot: 1500)
    _ = try storage.read(4096, at: offset, into: buffer)
    var bytes = buffer.mutableBytes
    bytes.store(UInt8(1) ^ buffer.bytes.load(fromByteOffset: 4000, as: UInt8.self), Field<UInt8>("any", at: 4000, ""))
    try storage.write(4096, at: offset, from: buffer)
    shell.start()
    shell.completeAll()
    #expect(!shell.isReady)
    guard case .entryDamaged(let op) = shell.halt else {
      Issue.record("halted for \(String(describing: shell.halt))")
      return
    }
    #expect(op == 1500)
  }
}
