import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("A full ring is back-pressure, never deadlock (rule R15)")
struct FullRingTests {
  @Test func refusedExactlyBehindTheLastClientOp() throws {
    let storage = try TestFile.format()
    var rig = try KeyValueRig(storage)
    var client = TestClient(1)
    try rig.register(&client)
    let last = rig.geometry.lastClientOp(after: 0)
    #expect(last == 56, "64 slots, 8 of them for no-ops")
    var request = client.increment("n", from: 0)
    var value: UInt8 = 0
    while rig.status.head < last {
      #expect(try rig.ask(request).header.command == .reply)
      value += 1
      request = client.increment("n", from: value)
    }
    // Refused by name, again and again; what was executed last is answered; reads are answered.
    let executed = client.write(
      [.compareAndSet(key: Array("n".utf8), expected: [value - 1], value: [value])], request: client.request - 1)
    for _ in 0..<3 { #expect(try rig.ask(request).header.refusal == .ringFull) }
    #expect(try rig.ask(TestClient(2).register()).header.refusal == .ringFull)
    #expect(try rig.ask(executed).header.op == last)
    #expect(try rig.value(of: "n") == [value])
    #expect(rig.status.head == last)

    // Each restart takes a slot for its no-op until there is none left; then it does without.
    for restart in 1...UInt64(12) {
      rig = try KeyValueRig(storage)
      #expect(rig.shell.isReady && rig.shell.halt == nil, "restart \(restart)")
      #expect(rig.status.head == min(64, last + restart) && rig.status.commit == rig.status.head)
      #expect(rig.status.term == 1 + restart)
      #expect(try rig.ask(request).header.refusal == .ringFull)
      #expect(try rig.ask(executed).header.op == last, "the stored reply")
      #expect(try rig.value(of: "n") == [value], "restart \(restart)")
      if restart.isMultiple(of: 3) { try rig.stop() }
    }
  }

  /// With the pipeline full and requests waiting, exactly so many are taken as there are slots.
  @Test func queuedRequestsCountAsTaken() throws {
    let rig = try KeyValueRig(try TestFile.format())
    for tag in 0..<UInt64(45) { _ = try rig.ask(TestClient(100).register(tag: tag)) }
    #expect(rig.status.head == 46)
    let messages = (1...UInt128(14)).map { TestClient($0).register() }
    for message in messages { rig.send(message) }
    #expect(rig.status.head == 54, "eight in the pipeline, two in the queue")
    for message in messages[10...] { #expect(rig.take(message).map(\.header.refusal) == [.ringFull]) }
    rig.shell.disconnect(ConnectionID(1))
    rig.shell.completeAll()
    #expect(rig.status.head == 56)
    #expect(try rig.ask(TestClient(30).register()).header.refusal == .ringFull)
    try rig.stop()
  }
}
