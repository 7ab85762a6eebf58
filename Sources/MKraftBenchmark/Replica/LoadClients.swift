internal import Glibc
internal import MKraftFormat
internal import MKraftServer
internal import SystemPackage

/// Clients that share one thread, each with a connection and a session of its own and one request under way.
struct LoadClients {
  /// Requests that differ, of each client at most, and bytes of all of them.
  private static let requestsMax = 64
  private static let requestsByteCountMax = 64 << 20
  /// How long no client may get an answer.
  private static let patienceMilliseconds: Int32 = 10_000

  private struct One {
    let socket: ClientSocket
    let state: SessionState
    /// The request's message; only its header changes from one request to the next.
    var messages: [[UInt8]]
    var number: UInt64 = 0
    var begin = ContinuousClock.now
  }

  private var clients: [One]
  private let budget: BenchmarkBudget

  /// - Parameter stateByteCount: bytes of all values that the clients keep, at most; each keeps one request's at least.
  init(
    _ sessions: [SessionState], at address: NetworkAddress, _ geometry: Geometry, _ shape: RequestShape,
    stateByteCount: UInt64, _ budget: BenchmarkBudget
  ) throws {
    let bytes = sessions.count * shape.entryByteCount
    let count = min(Int(stateByteCount), LoadClients.requestsByteCountMax) / bytes
    let requests = min(max(1, count), LoadClients.requestsMax)
    clients = try sessions.enumerated().map { index, state in
      let messages = try (0..<requests).map { number in
        [UInt8](repeating: 0, count: MessageHeader.byteCount)
          + (try shape.body(number: index * requests + number, bodySizeMax: geometry.bodySizeMax))
      }
      let socket = try ClientSocket(address, answerMax: Int(geometry.messageSize))
      return One(socket: socket, state: state, messages: messages)
    }
    self.budget = budget
  }

  /// Sends requests until `end`, and returns how long each took, in microseconds.
  mutating func run(until end: ContinuousClock.Instant) throws -> [Double] {
    var latencies: [Double] = []
    latencies.reserveCapacity(1 << 18)
    var polled = clients.map { pollfd(fd: $0.socket.descriptor, events: Int16(POLLIN), revents: 0) }
    for index in clients.indices { try begin(index) }
    var waiting = clients.count
    while waiting > 0 {
      let found = unsafe poll(&polled, nfds_t(polled.count), LoadClients.patienceMilliseconds)
      if found < 0 && errno == EINTR { continue }
      guard found > 0 else { throw found == 0 ? Errno.timedOut : Errno(rawValue: errno) }
      for index in polled.indices where polled[index].revents != 0 {
        guard let answer = try clients[index].socket.receive() else { continue }
        guard answer.command == .reply else { throw BenchmarkError.refused(status: answer.status) }
        guard answer.request == clients[index].number else { throw BenchmarkError.answerInvalid }
        latencies.append((ContinuousClock.now - clients[index].begin).microseconds)
        if budget.isOver(end) { waiting -= 1 } else { try begin(index) }
      }
    }
    return latencies
  }

  /// How long a ping takes that is alone under way, in microseconds: the way to the replica and back, without its device.
  func ping(until end: ContinuousClock.Instant) throws -> [Double] {
    var latencies: [Double] = []
    let client = clients[0]
    var message = [UInt8](repeating: 0, count: MessageHeader.byteCount)
    while !budget.isOver(end) {
      var header = MessageHeader(.pingClient, cluster: client.state.cluster)
      header.echo = UInt64(latencies.count)
      LoadClients.seal(&header, &message)
      let begin = ContinuousClock.now
      try client.socket.send(message)
      while true {
        guard let answer = try client.socket.receive() else { continue }
        guard answer.echo == header.echo else { throw BenchmarkError.answerInvalid }
        break
      }
      latencies.append((ContinuousClock.now - begin).microseconds)
    }
    return latencies
  }

  private mutating func begin(_ index: Int) throws {
    clients[index].number += 1
    let state = clients[index].state
    let place = Int(clients[index].number) % clients[index].messages.count
    var header = MessageHeader(.request, cluster: state.cluster)
    header.client = state.client
    header.release = state.release
    header.session = state.session
    header.request = clients[index].number
    header.operation = Operation.keyValue.rawValue
    LoadClients.seal(&header, &clients[index].messages[place])
    clients[index].begin = .now
    try clients[index].socket.send(clients[index].messages[place])
  }

  private static func seal(_ header: inout MessageHeader, _ message: inout [UInt8]) {
    header.seal(body: message.rawSpan.extracting(MessageHeader.byteCount..<message.count))
    var span = message.mutableSpan
    var bytes = unsafe span.mutableBytes
    header.encode(into: &bytes)
  }
}
