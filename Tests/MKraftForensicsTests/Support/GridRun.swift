import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A real replica on a simulated device with a few clients, whose state takes many blocks, and what must be in it.
final class GridRun {
  static let cluster: UInt128 = 0xC1
  /// A tree of three levels is reached with few keys that are long and differ at their ends only; values above 4 KB lie in blocks of their own.
  static let geometry = Geometry(
    slotCount: 64, messageSize: 8192, sessions: 4, blockSize: 16 << 10, gridBlocksMax: 8192)
  static let clientCount = 3

  private struct Client {
    let id: UInt128
    var session: UInt64 = 0
    var request: UInt64 = 0
  }

  /// A client's last request, and what it was answered.
  struct Answer {
    let header: MessageHeader
    let body: [UInt8]
    let op: UInt64
    let reply: [UInt8]
  }

  private(set) var shell: SimulatedShell<KeyValueStateMachine>
  private var clients: [Client]
  private var generator: SplitMix64
  /// What was acknowledged.
  private(set) var pairs: [[UInt8]: [UInt8]] = [:]
  private(set) var answers: [UInt128: Answer] = [:]

  var storage: MemoryStorage { shell.storage }
  var checkpointOp: UInt64 { shell.replica.status.checkpoint }

  init(seed: UInt64 = 1, geometry: Geometry = GridRun.geometry) throws {
    let storage = MemoryStorage()
    _ = try DataFileFormatter.format(FormatPlan(cluster: GridRun.cluster, geometry: geometry, fileID: 7), onto: storage)
    generator = SplitMix64(seed: seed)
    clients = (1...GridRun.clientCount).map { Client(id: UInt128($0)) }
    shell = try GridRun.start(storage, now: 1)
    for index in clients.indices { register(index) }
  }

  /// A replica that was stopped cleanly two ops after its sixth checkpoint.
  static func stopped() throws -> GridRun {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    return run
  }

  /// The smallest cache, so that blocks are written before their checkpoint.
  static func start(_ storage: MemoryStorage, now: UInt64) throws -> SimulatedShell<KeyValueStateMachine> {
    let shell = try SimulatedShell(storage, cacheBlocks: 1, now: now)
    shell.start()
    shell.completeAll()
    return shell
  }

  /// Writes until the checkpoint's number is `count`, and `more` ops.
  func run(checkpoints count: UInt64, more: Int = 0) throws {
    let interval = UInt64(shell.replica.status.geometry.checkpointInterval)
    while checkpointOp < count * interval { try write() }
    for _ in 0..<more { try write() }
  }

  func stop() {
    shell.stop()
    shell.completeAll()
    precondition(shell.isStopped, "a replica stops")
  }

  /// A process that is killed when nothing is in flight, and started again.
  func restart() throws { shell = try GridRun.start(storage.snapshot(), now: shell.now + 1000) }

  /// A request of one of the clients: long keys, and values of all sizes.
  func write(by client: Int? = nil) throws {
    var events: [KeyValueEvent] = []
    let index = client ?? Int.random(in: 0..<clients.count, using: &generator)
    if Int.random(in: 0..<3, using: &generator) == 0 {
      let number = Int.random(in: 0..<40, using: &generator)
      let key = [UInt8](repeating: UInt8(ascii: "l"), count: 1000) + Array("\(number)".utf8)
      events = [.put(key: key, value: bytes(Int.random(in: 4500...6500, using: &generator)))]
    } else {
      for _ in 0..<5 {
        let number = Int.random(in: 0..<400, using: &generator)
        let key = [UInt8](repeating: UInt8(ascii: "x"), count: 1000) + Array("\(number)".utf8)
        let isDeleted = Int.random(in: 0..<6, using: &generator) == 0
        events.append(isDeleted ? .delete(key: key) : .put(key: key, value: bytes(400)))
      }
    }
    try ask(events, by: index)
    for event in events { pairs[event.key] = if case .put(_, let value) = event { value } else { nil } }
  }

  func delete(_ key: [UInt8]) throws {
    try ask([.delete(key: key)], by: 0)
    pairs[key] = nil
  }

  private func bytes(_ count: Int) -> [UInt8] {
    let seed = UInt8.random(in: 0...255, using: &generator)
    return (0..<count).map { UInt8(truncatingIfNeeded: $0) &+ seed }
  }

  func ask(_ events: [KeyValueEvent], by index: Int) throws {
    clients[index].request += 1
    let (header, body) = try GridRun.request(
      events, client: clients[index].id, session: clients[index].session, number: clients[index].request)
    shell.receive(from: ConnectionID(UInt64(index)), header, body)
    shell.completeAll()
    let answer = shell.sent.popLast()
    shell.sent.removeAll()
    guard let answer, answer.header.command == .reply else { preconditionFailure("a request is answered") }
    answers[header.client] = Answer(header: header, body: body, op: answer.header.op, reply: answer.body)
  }

  private func register(_ index: Int) {
    clients[index].session = openSession(for: clients[index].id, on: ConnectionID(UInt64(index)))
  }

  /// Opens a session for a client, which may be any; the number of it. One more than there is room for ends another one's.
  @discardableResult
  func openSession(for client: UInt128, on connection: ConnectionID = ConnectionID(99)) -> UInt64 {
    var header = MessageHeader(.request, cluster: GridRun.cluster)
    header.client = client
    header.release = FormatVersion.release
    header.operation = Operation.register.rawValue
    header.seal(body: RawSpan())
    shell.receive(from: connection, header, [])
    shell.completeAll()
    guard let answer = shell.sent.popLast() else { preconditionFailure("a request is answered") }
    return answer.header.session
  }

  static func request(
    _ events: [KeyValueEvent], client: UInt128 = 0, session: UInt64 = 0, number: UInt64 = 0
  ) throws -> (MessageHeader, [UInt8]) {
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    for event in events { try batch.append(event) }
    var header = MessageHeader(.request, cluster: cluster)
    header.client = client
    header.release = FormatVersion.release
    header.operation = Operation.keyValue.rawValue
    header.session = session
    header.request = number
    header.seal(body: batch.body.rawSpan)
    return (header, batch.body)
  }

  // MARK: Crash

  /// Requests without waiting for answers, transfers in any order, and a power cut in the middle.
  func runUntilCut(steps: Int) throws -> MemoryStorage {
    try step(steps)
    return storage.cut(using: &generator)
  }

  func step(_ count: Int) throws {
    for _ in 0..<count {
      if shell.outstandingCount > 0, Int.random(in: 0..<3, using: &generator) > 0 {
        shell.complete(at: Int.random(in: 0..<shell.outstandingCount, using: &generator))
      } else {
        try begin()
      }
    }
  }

  private func begin() throws {
    let index = Int.random(in: 0..<clients.count, using: &generator)
    clients[index].request += 1
    let key = Array("key/\(Int.random(in: 0..<300, using: &generator))/".utf8) + [UInt8](repeating: 7, count: 500)
    let value = bytes(Int.random(in: 0..<4, using: &generator) == 0 ? 5500 : 3000)
    let (header, body) = try GridRun.request(
      [.put(key: key, value: value), .get(key: key)], client: clients[index].id, session: clients[index].session,
      number: clients[index].request)
    shell.receive(from: ConnectionID(UInt64(index)), header, body)
    shell.sent.removeAll()
  }

  /// Starts on what a cut left. Clients register anew.
  func resume(on storage: MemoryStorage) throws {
    shell = try GridRun.start(storage, now: shell.now + 1000)
    for index in clients.indices {
      clients[index].request = 0
      register(index)
    }
  }
}
