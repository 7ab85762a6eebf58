import MKraftFormat
import MKraftReplica
import MKraftServer
import MKraftStorage
import Synchronization

/// A replica without a log: it answers each request with the request's own body, or as the body's first byte orders.
final class FakeReplica: ServedReplica {
  /// The first byte of a request's body.
  enum Order {
    static let echo: UInt8 = 0
    /// Executed, but the first copy of the request gets no answer.
    static let loseAnswer: UInt8 = 1
    /// Answered with `bigAnswerSize` bytes.
    static let bigAnswer: UInt8 = 2
    static let refuse: UInt8 = 3
    static let halt: UInt8 = 4
    /// Written to the storage and read back, then answered.
    static let store: UInt8 = 5
    /// Answered, and then the replica has stopped.
    static let stop: UInt8 = 6
  }

  /// What a test can see of it.
  final class Record: Sendable {
    let executed = Mutex<[UInt64]>([])
    let disconnected = Mutex(0)
    let started = Mutex(0)
  }

  static let cluster: UInt128 = 0xC1
  static let messageSize = 4096
  static let bigAnswerSize = 512 << 10

  private let record: Record
  private let buffer = IOBuffer(byteCount: 512)
  private var answered: Set<UInt128> = []
  private var stored: [UInt64: (ConnectionID, MessageHeader, isRead: Bool)] = [:]
  private var op: UInt64 = 0
  private var nextToken: UInt64 = 1

  init(_ record: Record = Record()) {
    self.record = record
  }

  func start(into effects: inout [ReplicaEffect]) {
    record.started.withLock { $0 += 1 }
    effects.append(.ready)
  }

  func receive(
    from connection: ConnectionID, header: MessageHeader, body: RawSpan, now: UInt64,
    into effects: inout [ReplicaEffect]
  ) {
    guard header.command == .request else { return answerPing(header, connection, &effects) }
    let order = body.byteCount > 0 ? body.load(fromByteOffset: 0, as: UInt8.self) : Order.echo
    let isRepeated = answered.contains(header.checksum)
    if !isRepeated && order != Order.refuse {
      op += 1
      answered.insert(header.checksum)
      record.executed.withLock { $0.append(header.request) }
    }
    switch order {
    case Order.loseAnswer where !isRepeated: break
    case Order.refuse: refuse(.storageFull, header, connection, &effects)
    case Order.halt: effects.append(.halt(.superblock(verified: 2)))
    case Order.store: transfer(.write, connection, header, &effects)
    case Order.bigAnswer: reply(header, [UInt8](repeating: 9, count: Self.bigAnswerSize), connection, &effects)
    case Order.stop:
      reply(header, [UInt8](copying: body), connection, &effects)
      effects.append(.stopped)
    default: reply(header, [UInt8](copying: body), connection, &effects)
    }
  }

  func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect]) {
    guard let (connection, header, isRead) = stored.removeValue(forKey: token) else { return }
    if let failure { return effects.append(.halt(.storage(failure))) }
    if isRead {
      let buffer = buffer
      reply(header, [buffer.bytes.load(fromByteOffset: 0)], connection, &effects)
    } else {
      buffer.zero(0..<buffer.byteCount)
      transfer(.read, connection, header, &effects)
    }
  }

  func disconnected(_ connection: ConnectionID) {
    record.disconnected.withLock { $0 += 1 }
  }

  func stop(into effects: inout [ReplicaEffect]) {
    effects.append(.stopped)
  }

  private func transfer(
    _ direction: IORequest.Direction, _ connection: ConnectionID, _ header: MessageHeader,
    _ effects: inout [ReplicaEffect]
  ) {
    let token = nextToken
    nextToken += 1
    stored[token] = (connection, header, isRead: direction == .read)
    if direction == .write { fill() }
    effects.append(
      .io(IORequest(token: token, direction: direction, offset: 512, count: buffer.byteCount, buffer: buffer)))
  }

  private func fill() {
    let bytes = [UInt8](repeating: 0xAB, count: buffer.byteCount)
    buffer.copy(from: bytes.rawSpan)
  }

  private func answerPing(_ ping: MessageHeader, _ connection: ConnectionID, _ effects: inout [ReplicaEffect]) {
    var pong = MessageHeader(.pongClient, cluster: Self.cluster)
    pong.requestChecksum = ping.checksum
    pong.echo = ping.echo
    pong.messageSize = UInt32(Self.messageSize)
    pong.operation = Role.leader.rawValue
    pong.term = 3
    pong.op = 11
    pong.commit = 10
    pong.leader = 0
    pong.seal()
    effects.append(.send(connection, pong, body: []))
  }

  private func reply(
    _ request: MessageHeader, _ body: [UInt8], _ connection: ConnectionID, _ effects: inout [ReplicaEffect]
  ) {
    var header = MessageHeader(.reply, cluster: Self.cluster)
    header.requestChecksum = request.checksum
    header.op = op
    header.session = request.operation == Operation.register.rawValue ? op : request.session
    header.request = request.request
    header.seal(body: body.rawSpan)
    effects.append(.send(connection, header, body: body))
  }

  private func refuse(
    _ refusal: Refusal, _ request: MessageHeader, _ connection: ConnectionID, _ effects: inout [ReplicaEffect]
  ) {
    var header = MessageHeader(.refusal, cluster: Self.cluster)
    header.requestChecksum = request.checksum
    header.status = refusal.rawValue
    header.seal()
    effects.append(.send(connection, header, body: []))
  }
}
