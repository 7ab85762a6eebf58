import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Messages that no client should send are refused, and nothing else happens")
struct HostileMessageTests {
  @Test func requestsThatBreakTheRules() throws {
    let rig = try KeyValueRig(try TestFile.format())
    var client = TestClient(5)
    try rig.register(&client)
    let valid = client.put("a", [1])
    let put = { (change: (inout MessageHeader) -> Void) in TestMessage(.request, body: valid.body, change) }
    let cases: [(TestMessage, Refusal)] = [
      (TestMessage(.request) { $0.operation = Operation.register.rawValue }, .bodyInvalid),
      (change(client.register()) { $0.session = 1 }, .bodyInvalid),
      (change(client.register()) { $0.request = .max }, .bodyInvalid),
      (
        TestMessage(.request, body: [0]) {
          $0.operation = 3
          $0.client = 5
        }, .bodyInvalid
      ),
      (put { $0.cluster = 0 }, .clusterMismatch),
      (put { $0.cluster = .max }, .clusterMismatch),
      (TestMessage(.pingClient) { $0.cluster = 0xC2 }, .clusterMismatch),
      (put { $0.operation = 0 }, .operationUnknown),
      (put { $0.operation = Operation.root.rawValue }, .operationUnknown),
      (put { $0.operation = Operation.noop.rawValue }, .operationUnknown),
      (put { $0.operation = Operation.upgrade.rawValue }, .operationUnknown),
      (put { $0.operation = Operation.reconfigure.rawValue }, .operationUnknown),
      (put { $0.operation = 255 }, .operationUnknown),
      (change(valid) { $0.client = 0 }, .sessionUnknown),
      (change(valid) { $0.session = .max }, .sessionUnknown),
      (change(valid) { $0.request = 0 }, .requestStale),
      (
        TestMessage(.request, body: []) {
          $0.operation = 128
          $0.client = 5
        }, .bodyInvalid
      ),
      (TestMessage(.request, body: Array(repeating: 0xFF, count: 3000)) { $0.operation = 128 }, .bodyInvalid),
      // Larger than the file's messages: the shell closes the connection before it comes here.
      (TestMessage(.request, body: Array(repeating: 0, count: 1 << 17)) { $0.operation = 128 }, .bodyInvalid),
      (TestMessage(.pongClient), .operationUnknown),
      (TestMessage(.reply), .operationUnknown),
      (TestMessage(.refusal) { $0.status = 255 }, .operationUnknown),
    ]
    let entries = rig.status.entriesBegun
    for (index, (message, refusal)) in cases.enumerated() {
      let answer = try rig.ask(message)
      #expect(answer.header.refusal == refusal, "case \(index)")
      #expect(answer.body.isEmpty)
    }
    #expect(rig.status.entriesBegun == entries && rig.shell.halt == nil)
    #expect(try rig.ask(valid).header.command == .reply)
  }

  private func change(_ message: TestMessage, _ change: (inout MessageHeader) -> Void) -> TestMessage {
    TestMessage(message.header.command, body: message.body) {
      $0 = message.header
      change(&$0)
    }
  }

  /// Every field at its extremes, in every phase; the rest of the header is as a client would have it.
  @Test func fieldsAtTheirExtremesNeverTrap() throws {
    let storage = try TestFile.format()
    for phase in 0..<12 {
      let rig = try KeyValueRig(storage, starts: false)
      if phase > 0 { rig.shell.start() }
      for _ in 1..<max(2, phase) where rig.shell.outstandingCount > 0 { rig.shell.complete(at: 0) }
      if phase == 10 { rig.shell.completeAll() }
      if phase == 11 {
        rig.shell.completeAll()
        rig.shell.stop()
      }
      for message in extremes() { rig.send(message) }
      rig.shell.completeAll()
      #expect(rig.shell.halt == nil)
      guard phase == 10 else { continue }
      #expect(try rig.ask(.ping(echo: .max)).header.echo == .max)
      _ = try rig.ask(.get("k"))
    }
  }

  private func extremes() -> [TestMessage] {
    let valid = TestClient(9).write([.put(key: [1], value: [2])], request: 1)
    var messages: [TestMessage] = []
    for command in Command.allCases {
      for operation in [UInt8(0), 1, 3, 127, 128, 255] {
        for body in [[], valid.body] {
          for number in [UInt64.max, 1 << 63, 0, 1] {
            messages.append(
              TestMessage(command, body: body) {
                $0.operation = operation
                $0.client = UInt128(number)
                $0.session = number
                $0.request = number
                $0.term = number
                $0.op = number
                $0.commit = number
                $0.timestamp = number
                $0.requestChecksum = .max
                $0.status = 255
                $0.replica = 255
                $0.messageSize = .max
                $0.release = .max
              })
          }
        }
      }
    }
    return messages
  }

  /// Waiting requests and reads are bounded.
  @Test func queuesAreBounded() throws {
    let rig = try KeyValueRig(try TestFile.format(TestFile.plan(TestFile.geometry(sessions: 4))))
    // One more than the pipeline of 8 and the queue of 4 hold.
    let registers = (1...UInt128(13)).map { TestClient($0).register() }
    for message in registers { rig.send(message) }
    #expect(rig.take(registers[12]).map(\.header.refusal) == [.overloaded])
    for tag in 0..<UInt64(300) { rig.send(.get("k", tag: tag)) }
    #expect(rig.shell.sent.filter { $0.header.refusal == .overloaded }.count == 300 - 256)
    #expect(rig.shell.sent.count == 300 - 256, "the others wait")
    rig.shell.sent.removeAll()
    rig.shell.completeAll()
    #expect(rig.shell.sent.filter { $0.header.command == .reply }.count == 12 + 256)
  }
}
