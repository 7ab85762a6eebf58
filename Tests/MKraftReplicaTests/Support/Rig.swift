import MKraftFormat
import MKraftReplica
import MKraftStorage

typealias KeyValueRig = Rig<KeyValueStateMachine>

/// A replica on a simulated device, and everything it sends, in order.
final class Rig<Machine: StateMachine> {
  typealias Sent = SimulatedShell<Machine>.Sent

  let shell: SimulatedShell<Machine>
  let geometry: Geometry

  /// Opens the file; with `starts`, the replica is ready afterwards.
  init(
    _ storage: MemoryStorage, cacheBlocks: Int? = nil, starts: Bool = true, now: UInt64 = 1,
    machine: (Grid, CheckpointState) -> Machine
  ) throws {
    shell = try SimulatedShell(storage, cacheBlocks: cacheBlocks, now: now, machine: machine)
    geometry = shell.replica.status.geometry
    if starts { start() }
  }

  func start() {
    shell.start()
    shell.completeAll()
  }

  var status: ReplicaStatus { shell.replica.status }
  var storage: MemoryStorage { shell.storage }

  func send(_ message: TestMessage, from connection: UInt64 = 1) {
    shell.receive(from: ConnectionID(connection), message.header, message.body)
  }

  /// Sends the message, completes all transfers, and returns its only answer.
  func ask(_ message: TestMessage, from connection: UInt64 = 1) throws -> Sent {
    send(message, from: connection)
    shell.completeAll()
    let answers = take(message)
    guard answers.count == 1 else { throw TestFailure("\(answers.count) answers instead of 1") }
    return answers[0]
  }

  /// Takes the answers to a message out of what was sent.
  func take(_ message: TestMessage) -> [Sent] {
    let answers = shell.sent.filter { $0.header.requestChecksum == message.header.checksum }
    shell.sent.removeAll { $0.header.requestChecksum == message.header.checksum }
    return answers
  }

  /// Opens a session for the client.
  func register(_ client: inout TestClient) throws {
    let answer = try ask(client.register())
    guard answer.header.command == .reply else { throw TestFailure("register was refused: \(answer.header.status)") }
    client.session = answer.header.session
    client.request = 0
  }

  /// Completes outstanding transfers for which `isDue` holds, in order, until there is none.
  func complete(where isDue: (IORequest) -> Bool) {
    while let index = shell.outstandingRequests.firstIndex(where: isDue) { shell.complete(at: index) }
  }

  /// Cleanly stops.
  func stop() throws {
    shell.stop()
    shell.completeAll()
    guard shell.isStopped else { throw TestFailure("did not stop") }
  }
}

extension Rig where Machine == KeyValueStateMachine {
  convenience init(
    _ storage: MemoryStorage, cacheBlocks: Int? = nil, starts: Bool = true, now: UInt64 = 1
  ) throws {
    try self.init(storage, cacheBlocks: cacheBlocks, starts: starts, now: now) { KeyValueStateMachine($0, $1) }
  }

  /// The key's value as a read finds it, nil if it has none.
  func value(of key: String) throws -> [UInt8]? {
    let answer = try ask(.get(key), from: 999)
    guard answer.header.command == .reply else { throw TestFailure("a read was refused: \(answer.header.status)") }
    return try value(in: answer.body)
  }

  /// The value in the result of a batch of one get.
  func value(in body: [UInt8]) throws -> [UInt8]? {
    let view = try KeyValueResultsView(validating: body.rawSpan)
    var results = view.results
    guard let result = results.next() else { throw TestFailure("no result") }
    return result.status == .ok ? [UInt8](copying: result.value) : nil
  }
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
