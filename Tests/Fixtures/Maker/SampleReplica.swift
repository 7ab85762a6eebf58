internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// A real replica on a simulated device, and its clients. The clock moves a millisecond with every request, and not with I/O: how
/// many transfers a release needs for the same work must not show in the files.
final class SampleReplica {
  static let cluster: UInt128 = 0xF1C5_0000_0000_0000_0000_0000_0000_0001
  static let fileID: UInt128 = 0xF11E_0000_0000_0000_0000_0000_0000_0001
  /// 64 slots of 4 KiB: the smallest file there is, 7 MiB.
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, sessions: 4, blockSize: 16 << 10, gridBlocksMax: 64)
  static let clientCount = 4
  /// The head after `load`: the no-op, a session for each client, and 15 requests.
  static let head: UInt64 = 20
  private static let start: UInt64 = 1_700_000_000_000_000_000
  private static let second: UInt64 = 1_000_000_000
  private static let millisecond: UInt64 = 1_000_000

  private struct Client {
    let id: UInt128
    var session: UInt64 = 0
    var request: UInt64 = 0
  }

  let geometry: Geometry
  private let cluster: UInt128
  private var shell: SimulatedShell<KeyValueStateMachine>
  private var clients: [Client]

  var storage: MemoryStorage { shell.storage }

  /// A replica that serves on a fresh file, its clients registered.
  init(_ geometry: Geometry = SampleReplica.geometry, cluster: UInt128 = SampleReplica.cluster) throws {
    self.geometry = geometry
    self.cluster = cluster
    clients = (0..<min(SampleReplica.clientCount, Int(geometry.sessions))).map {
      Client(id: 0xC11E_0000_0000_0000_0000_0000_0000_0000 + UInt128($0))
    }
    shell = try SimulatedShell(
      try SampleReplica.fresh(geometry, cluster: cluster), now: SampleReplica.start)
    shell.tick = 0
    shell.start()
    shell.completeAll()
    for index in clients.indices { try register(index) }
  }

  /// A file as `format` leaves it.
  static func fresh(
    _ geometry: Geometry = SampleReplica.geometry, cluster: UInt128 = SampleReplica.cluster, replicaCount: Int = 1,
    fileID: UInt128 = SampleReplica.fileID
  ) throws -> MemoryStorage {
    let storage = MemoryStorage()
    let plan = FormatPlan(cluster: cluster, replicaCount: replicaCount, geometry: geometry, fileID: fileID)
    try DataFileFormatter.format(plan, onto: storage)
    return storage
  }

  // MARK: Life

  /// A clean stop.
  func stop() {
    shell.stop()
    shell.completeAll()
    precondition(shell.isStopped, "a replica stops")
  }

  /// A process that is killed and started again on the same file, a second later.
  func restart() throws {
    shell = try SimulatedShell(
      storage.snapshot(), now: shell.now + SampleReplica.second)
    shell.tick = 0
    shell.start()
    shell.completeAll()
    precondition(shell.isReady, "a replica starts")
  }

  // MARK: Requests

  /// Requests of all kinds, up to op `head`.
  func load() throws {
    for number in 0..<15 { try send(try SampleReplica.batch(number), from: number % clients.count) }
  }

  /// Sends a batch and waits for the reply. False if the replica refuses it.
  @discardableResult
  func send(_ events: [KeyValueEvent], from client: Int) throws -> Bool {
    try begin(events, from: client)
    shell.completeAll()
    guard let answer = shell.sent.popLast() else { preconditionFailure("a request is answered") }
    shell.sent.removeAll()
    return answer.header.command == .reply
  }

  /// Sends a batch and leaves its writes in flight.
  func begin(_ events: [KeyValueEvent], from client: Int) throws {
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    for event in events { try batch.append(event) }
    clients[client].request += 1
    var header = MessageHeader(.request, cluster: cluster)
    header.client = clients[client].id
    header.operation = Operation.keyValue.rawValue
    header.session = clients[client].session
    header.request = clients[client].request
    header.seal(body: batch.body.rawSpan)
    shell.now += SampleReplica.millisecond
    shell.receive(from: ConnectionID(UInt64(client)), header, batch.body)
  }

  /// One request of each client, all in flight: the next `clientCount` prepares.
  func beginRound() throws {
    for client in clients.indices {
      let value = SampleReplica.pattern(3000, seed: UInt8(client))
      try begin([.put(key: Array("in-flight/\(client)".utf8), value: value)], from: client)
    }
  }

  /// Completes the transfer that was asked for first.
  func completeOne() { shell.complete(at: 0) }

  /// Completes everything but long writes of replies until one of those is all there is left to choose, and returns it.
  func completeUntilReplyIsInFlight(longerThan byteCount: Int) -> WriteToken {
    let replies = geometry.offset(of: .replies)..<geometry.offset(of: .superblock3)
    while true {
      let isReply = shell.outstandingRequests.map { replies.contains($0.offset) && $0.count > byteCount }
      if isReply.contains(true),
        let write = storage.inFlight.first(where: { replies.contains($0.offset) && $0.count > byteCount })
      {
        return write.token
      }
      guard let next = isReply.firstIndex(of: false) else { preconditionFailure("a long reply is written") }
      shell.complete(at: next)
    }
  }

  private func register(_ index: Int) throws {
    var header = MessageHeader(.request, cluster: cluster)
    header.client = clients[index].id
    header.operation = Operation.register.rawValue
    header.seal(body: RawSpan())
    shell.now += SampleReplica.millisecond
    shell.receive(from: ConnectionID(UInt64(index)), header, [])
    shell.completeAll()
    guard let answer = shell.sent.popLast() else { preconditionFailure("a request is answered") }
    clients[index].session = answer.header.session
  }

  private static func batch(_ number: Int) throws -> [KeyValueEvent] {
    let key = Array("account/\(number / 5)".utf8)
    let value = Array("balance \(number)".utf8)
    switch number % 5 {
    case 0: return [.put(key: key, value: value)]
    case 1: return [.put(key: Array("document/\(number)".utf8), value: pattern(3000, seed: UInt8(number)))]
    case 2:
      let old = Array("balance \(number - 2)".utf8)
      return [.compareAndSet(key: key, expected: old, value: value)]
    case 3:
      return [
        .put(key: Array("a batch/\(number)".utf8), value: []), .get(key: key),
        .scan(start: Array("account/".utf8), end: Array("account0".utf8), limit: 10),
      ]
    default: return [.delete(key: Array("document/\(number - 3)".utf8))]
    }
  }

  /// Bytes that differ from those of every other seed, and compress.
  static func pattern(_ count: Int, seed: UInt8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0) ^ seed &* 37 }
  }
}
