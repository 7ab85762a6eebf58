import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A replica on a simulated device, spoken to message by message.
struct ReplicaRun {
  static let cluster: UInt128 = 0xC1
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, pipeline: 4, sessions: 3, blockSize: 16 << 10, gridBlocksMax: 256)

  let shell: SimulatedShell<KeyValueStateMachine>

  /// Opens the file on `storage`, and does nothing yet.
  init(opening storage: MemoryStorage, now: UInt64 = 1) throws {
    shell = try SimulatedShell(storage, now: now)
  }

  /// Starts on a new file, or on `storage`, and is ready.
  init(on storage: MemoryStorage? = nil, now: UInt64 = 1) throws {
    try self.init(opening: try storage ?? ReplicaRun.format(), now: now)
    shell.start()
    shell.completeAll()
  }

  static func format() throws -> MemoryStorage {
    let storage = MemoryStorage()
    _ = try DataFileFormatter.format(FormatPlan(cluster: cluster, geometry: geometry, fileID: 7), onto: storage)
    return storage
  }

  /// The file when the power fails now and every write in flight is dropped.
  func cut() -> MemoryStorage { shell.storage.cut { _, _ in false } }

  static func register(_ client: UInt128) -> (header: MessageHeader, body: [UInt8]) {
    var header = MessageHeader(.request, cluster: cluster)
    header.client = client
    header.operation = Operation.register.rawValue
    header.seal(body: RawSpan())
    return (header, [])
  }

  /// A request number of 0 is for reads, which need no session.
  static func request(
    _ event: KeyValueEvent, client: UInt128 = 0, session: UInt64 = 0, number: UInt64 = 0
  ) throws -> (header: MessageHeader, body: [UInt8]) {
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    try batch.append(event)
    var header = MessageHeader(.request, cluster: cluster)
    header.client = client
    header.operation = Operation.keyValue.rawValue
    header.session = session
    header.request = number
    header.seal(body: batch.body.rawSpan)
    return (header, batch.body)
  }

  /// Hands over a message, and completes nothing.
  func tell(_ message: (header: MessageHeader, body: [UInt8])) {
    shell.receive(from: ConnectionID(1), message.header, message.body)
  }

  /// Hands over a message, completes everything, and returns the answer.
  func ask(_ message: (header: MessageHeader, body: [UInt8])) -> (header: MessageHeader, body: [UInt8])? {
    tell(message)
    shell.completeAll()
    defer { shell.sent.removeAll() }
    return shell.sent.last.map { ($0.header, $0.body) }
  }

  /// Opens a client's session, and returns its number.
  func openSession(_ client: UInt128) -> UInt64 { ask(ReplicaRun.register(client))?.header.session ?? 0 }

  /// The status of the first result in the body of a reply.
  static func status(_ body: [UInt8]) -> UInt8? { body.count > 8 ? body[8] : nil }
}
