internal import Glibc
internal import MKraftFormat
internal import MKraftServer
internal import SystemPackage

/// Clients that share one thread, each with a connection and a session of its own and one request under way.
struct AppendClients {
  private static let keyCount = 64

  private struct One {
    let socket: ClientSocket
    let state: SessionState
    /// The request's message; only its header changes from one request to the next.
    var messages: [[UInt8]]
    var number: UInt64 = 0
    var begin = ContinuousClock.now
  }

  private var clients: [One]

  init(_ sessions: [SessionState], at address: NetworkAddress, _ geometry: Geometry) throws {
    clients = try sessions.enumerated().map { index, state in
      let messages = try (0..<AppendClients.keyCount).map { number in
        [UInt8](repeating: 0, count: MessageHeader.byteCount)
          + (try AppendClients.body(key: Array("key-\(index)-\(number)".utf8), geometry))
      }
      let socket = try ClientSocket(address, answerMax: Int(geometry.messageSize))
      return One(socket: socket, state: state, messages: messages)
    }
  }

  /// Appends until `end`, and returns how long each took, in microseconds.
  mutating func run(until end: ContinuousClock.Instant) throws -> [Double] {
    var latencies: [Double] = []
    latencies.reserveCapacity(1 << 18)
    var polled = clients.map { pollfd(fd: $0.socket.descriptor, events: Int16(POLLIN), revents: 0) }
    for index in clients.indices { try begin(index) }
    var waiting = clients.count
    while waiting > 0 {
      let found = unsafe poll(&polled, nfds_t(polled.count), 10_000)
      guard found > 0 else { throw found == 0 ? Errno.timedOut : Errno(rawValue: errno) }
      for index in polled.indices where polled[index].revents != 0 {
        guard let answer = try clients[index].socket.receive() else { continue }
        guard answer.command == .reply, answer.request == clients[index].number else { throw Errno.protocolError }
        let now = ContinuousClock.now
        latencies.append((now - clients[index].begin).microseconds)
        if now < end { try begin(index) } else { waiting -= 1 }
      }
    }
    return latencies
  }

  /// How long a ping takes that is alone under way, in microseconds: the way to the replica and back, without its device.
  func ping(until end: ContinuousClock.Instant) throws -> [Double] {
    var latencies: [Double] = []
    let client = clients[0]
    var message = [UInt8](repeating: 0, count: MessageHeader.byteCount)
    while ContinuousClock.now < end {
      var header = MessageHeader(.pingClient, cluster: client.state.cluster)
      header.echo = UInt64(latencies.count)
      AppendClients.seal(&header, &message)
      let begin = ContinuousClock.now
      try client.socket.send(message)
      while true {
        guard let answer = try client.socket.receive() else { continue }
        guard answer.echo == header.echo else { throw Errno.protocolError }
        break
      }
      latencies.append((ContinuousClock.now - begin).microseconds)
    }
    return latencies
  }

  private mutating func begin(_ index: Int) throws {
    clients[index].number += 1
    let state = clients[index].state
    let place = Int(clients[index].number) % AppendClients.keyCount
    var header = MessageHeader(.request, cluster: state.cluster)
    header.client = state.client
    header.release = state.release
    header.session = state.session
    header.request = clients[index].number
    header.operation = Operation.keyValue.rawValue
    AppendClients.seal(&header, &clients[index].messages[place])
    clients[index].begin = .now
    try clients[index].socket.send(clients[index].messages[place])
  }

  private static func seal(_ header: inout MessageHeader, _ message: inout [UInt8]) {
    header.seal(body: message.rawSpan.extracting(MessageHeader.byteCount..<message.count))
    var span = message.mutableSpan
    var bytes = unsafe span.mutableBytes
    header.encode(into: &bytes)
  }

  /// A put that makes an entry as large as a message may be.
  private static func body(key: [UInt8], _ geometry: Geometry) throws -> [UInt8] {
    let overhead = KeyValueEvent.put(key: key, value: []).encodedSize + KeyValueBatch.headSize
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    try batch.append(.put(key: key, value: [UInt8](repeating: 7, count: (geometry.bodySizeMax - overhead) / 8 * 8)))
    return batch.body
  }
}
