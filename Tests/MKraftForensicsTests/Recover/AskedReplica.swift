import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A replica started on a file, of whatever cluster, and asked what it knows.
final class AskedReplica {
  let shell: SimulatedShell<KeyValueStateMachine>
  private var cluster: UInt128 { shell.replica.status.cluster }

  init(on storage: MemoryStorage) throws {
    shell = try SimulatedShell(storage.snapshot(), cacheBlocks: 1, now: 1 << 40)
    shell.start()
    shell.completeAll()
  }

  var isReady: Bool { shell.isReady && shell.halt == nil }

  /// Every pair there is.
  func pairs() throws -> [[UInt8]: [UInt8]] {
    var found: [[UInt8]: [UInt8]] = [:]
    var start: [UInt8] = [0]
    while shell.halt == nil {
      let (header, body) = try request([.scan(start: start, end: nil, limit: 64)])
      guard let answer = send(header, body), answer.header.command == .reply else { return found }
      let view = try KeyValueResultsView(validating: answer.body.rawSpan)
      var results = view.results
      guard let result = results.next() else { return found }
      var last: [UInt8]?
      var pairs = result.pairs
      while let pair = pairs.next() {
        let key = [UInt8](copying: pair.key)
        found[key] = [UInt8](copying: pair.value)
        last = key
      }
      guard let last else { return found }
      start = last + [0]
      // Nothing follows the longest key with a byte behind it that is lower than this.
      if start.count > KeyValueBatch.keySizeMax { return found }
    }
    return found
  }

  /// A client's last request again, under the file's own cluster id.
  func again(_ answer: GridRun.Answer) -> SimulatedShell<KeyValueStateMachine>.Sent? {
    var header = answer.header
    header.cluster = cluster
    header.seal(body: answer.body.rawSpan)
    return send(header, answer.body)
  }

  /// The next request of a client's session.
  func next(after answer: GridRun.Answer) throws -> SimulatedShell<KeyValueStateMachine>.Sent? {
    let (header, body) = try request(
      [.put(key: [3], value: [4])], client: answer.header.client, session: answer.header.session,
      number: answer.header.request + 1)
    return send(header, body)
  }

  /// Writes until there is a new checkpoint; false if none comes.
  func reachesNextCheckpoint() throws -> Bool {
    var register = MessageHeader(.request, cluster: cluster)
    register.client = 77
    register.operation = Operation.register.rawValue
    register.seal(body: RawSpan())
    guard let session = send(register, [])?.header.session else { return false }
    let before = shell.replica.status.checkpoint
    for number in 1...UInt64(100) where shell.halt == nil && shell.replica.status.checkpoint == before {
      let (header, body) = try request([.put(key: [1], value: [2])], client: 77, session: session, number: number)
      _ = send(header, body)
    }
    return shell.halt == nil && shell.replica.status.checkpoint > before
  }

  private func request(
    _ events: [KeyValueEvent], client: UInt128 = 0, session: UInt64 = 0, number: UInt64 = 0
  ) throws -> (MessageHeader, [UInt8]) {
    var (header, body) = try GridRun.request(events, client: client, session: session, number: number)
    header.cluster = cluster
    header.seal(body: body.rawSpan)
    return (header, body)
  }

  private func send(_ header: MessageHeader, _ body: [UInt8]) -> SimulatedShell<KeyValueStateMachine>.Sent? {
    shell.receive(from: ConnectionID(9), header, body)
    shell.completeAll()
    defer { shell.sent.removeAll() }
    return shell.sent.popLast()
  }
}
