import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("A ring that is full waits for its checkpoint")
struct RingTests {
  /// Of what may be prepared, most may be executed too, so that the reserve for no-ops is what stops clients.
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, checkpointInterval: 24, headroom: 22, sessions: 4, blockSize: 16 << 10,
    gridBlocksMax: 256)

  /// Rule R15: however long a checkpoint takes, clients leave the slots alone that starts need for their no-ops.
  @Test func clientsLeaveTheReserveAlone() throws {
    let rig = try KeyValueRig(try TestFile.format(TestFile.plan(RingTests.geometry)))
    let geometry = RingTests.geometry
    var client = TestClient(1)
    try rig.register(&client)
    // Nothing of a checkpoint becomes durable.
    let log = geometry.offset(of: .walHeaders)..<geometry.offset(of: .replies)
    var answered = 0
    while answered < 100 {
      rig.send(client.put("k", [UInt8(answered)]))
      rig.complete { log.contains($0.offset) && $0.direction == .write }
      guard !rig.shell.sent.isEmpty else { break }
      rig.shell.sent.removeAll()
      answered += 1
    }
    #expect(rig.status.checkpoint == 0)
    #expect(rig.status.head == geometry.lastPreparableOp(after: 0) - UInt64(Geometry.noopReserve))
    // Starts that are cut short each time add their no-ops; one behind the last op that may be executed waits for the checkpoint.
    var storage = rig.storage.cut { _, _ in false }
    for _ in rig.status.head...geometry.lastExecutableOp(after: 0) {
      let next = try KeyValueRig(storage, starts: false)
      let head = next.status.head
      next.shell.start()
      next.complete { ![.replies, .grid].contains(geometry.zone(at: $0.offset)) || $0.direction == .read }
      #expect(next.shell.halt == nil && next.status.head == head + 1)
      storage = next.storage.cut { _, _ in false }
    }
    let last = try KeyValueRig(storage)
    #expect(last.shell.isReady && last.status.checkpoint > 0)
  }
}
