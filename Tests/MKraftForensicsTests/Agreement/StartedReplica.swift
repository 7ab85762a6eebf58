import MKraftFormat
import MKraftReplica
import MKraftStorage

/// What a replica really does on a file: it is started, asked for every key and every session's last answer, and driven to its
/// next checkpoint.
enum StartedReplica {
  case comesUp
  case refuses(OpeningRefusal)
  case stops(ReplicaHalt)
  /// It runs, and something that was acknowledged is not so any more.
  case forgets(String)

  /// - Parameter ground: what was acknowledged; nil if only whether it runs is asked.
  init(on storage: MemoryStorage, _ ground: LoadedGround?) throws {
    let shell: SimulatedShell<KeyValueStateMachine>
    do throws(OpeningRefusal) {
      shell = try SimulatedShell(storage.snapshot(), cacheBlocks: 1, now: 1 << 40)
    } catch {
      self = .refuses(error)
      return
    }
    shell.start()
    shell.completeAll()
    let life = ReplicaLife(shell)
    let forgotten = try ground.flatMap { try life.forgotten($0) }
    if shell.halt == nil, forgotten == nil { try life.readEverything() }
    if shell.halt == nil, forgotten == nil { try life.reachNextCheckpoint() }
    if let halt = shell.halt {
      self = .stops(halt)
    } else {
      self = forgotten.map(StartedReplica.forgets) ?? .comesUp
    }
  }
}

/// A replica being asked.
private struct ReplicaLife {
  private let shell: SimulatedShell<KeyValueStateMachine>

  init(_ shell: SimulatedShell<KeyValueStateMachine>) { self.shell = shell }

  /// What it does not know any more; nil if it knows all, or halts.
  func forgotten(_ ground: LoadedGround) throws -> String? {
    // Sessions first: later requests would move them on.
    for answer in ground.answers where shell.halt == nil {
      guard let again = send(answer.header, answer.body) else { continue }
      guard again.header.command == .reply, again.header.op == answer.op, again.body == answer.reply else {
        return "client \(answer.header.client) gets another answer than to op \(answer.op)"
      }
    }
    let sorted = ground.pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    for (key, value) in sorted where shell.halt == nil {
      guard try get(key) == value || shell.halt != nil else { return "a key has another value" }
    }
    return nil
  }

  /// Scans over all keys, each time from behind the last one.
  func readEverything() throws {
    var start: [UInt8] = [0]
    while shell.halt == nil {
      let scan = KeyValueEvent.scan(start: start, end: nil, limit: 64)
      let (header, body) = try GridRun.request([scan])
      guard let answer = send(header, body), answer.header.command == .reply else { return }
      let view = try KeyValueResultsView(validating: answer.body.rawSpan)
      var results = view.results
      guard let result = results.next() else { return }
      var last: [UInt8]?
      var pairs = result.pairs
      while let pair = pairs.next() { last = [UInt8](copying: pair.key) }
      guard let last else { return }
      start = last + [0]
      guard start.count <= KeyValueBatch.keySizeMax else { return }
    }
  }

  func reachNextCheckpoint() throws {
    var register = MessageHeader(.request, cluster: GridRun.cluster)
    register.client = 77
    register.operation = Operation.register.rawValue
    register.seal(body: RawSpan())
    guard let session = send(register, [])?.header.session else { return }
    let before = shell.replica.status.checkpoint
    for number in 1...UInt64(100) where shell.halt == nil && shell.replica.status.checkpoint == before {
      let (header, body) = try GridRun.request(
        [.put(key: [1], value: [2])], client: 77, session: session, number: number)
      _ = send(header, body)
    }
    precondition(shell.halt != nil || shell.replica.status.checkpoint > before, "a replica reaches its next checkpoint")
  }

  private func get(_ key: [UInt8]) throws -> [UInt8]? {
    let (header, body) = try GridRun.request([.get(key: key)])
    guard let answer = send(header, body), answer.header.command == .reply else { return nil }
    let view = try KeyValueResultsView(validating: answer.body.rawSpan)
    var results = view.results
    guard let result = results.next(), result.status == .ok else { return nil }
    return [UInt8](copying: result.value)
  }

  private func send(_ header: MessageHeader, _ body: [UInt8]) -> SimulatedShell<KeyValueStateMachine>.Sent? {
    shell.receive(from: ConnectionID(9), header, body)
    shell.completeAll()
    defer { shell.sent.removeAll() }
    return shell.sent.popLast()
  }
}
