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
  /// It runs, and none starts on the file that it leaves when all keys were removed.
  case leavesUnusable(OpeningRefusal)

  /// - Parameters:
  ///   - ground: what was acknowledged; nil if only whether it runs is asked.
  ///   - removesAll: whether every key is removed in the end, and another replica started on the checkpoint of that state.
  init(on storage: MemoryStorage, _ ground: LoadedGround?, removesAll: Bool = false) throws {
    let file = storage.snapshot()
    let shell: SimulatedShell<KeyValueStateMachine>
    do throws(OpeningRefusal) {
      shell = try SimulatedShell(file, cacheBlocks: 1, now: 1 << 40)
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
    if shell.halt == nil, forgotten == nil, removesAll {
      try life.removeEverything()
      if shell.halt == nil, let refusal = StartedReplica.refusal(on: file.snapshot()) {
        self = .leavesUnusable(refusal)
        return
      }
    }
    if let halt = shell.halt {
      self = .stops(halt)
    } else {
      self = forgotten.map(StartedReplica.forgets) ?? .comesUp
    }
  }
}

extension StartedReplica {
  private static func refusal(on storage: MemoryStorage) -> OpeningRefusal? {
    do throws(OpeningRefusal) {
      _ = try SimulatedShell<KeyValueStateMachine>(storage, cacheBlocks: 1, now: 1 << 50)
      return nil
    } catch { return error }
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
    guard let session = try register(client: 77) else { return }
    let before = shell.replica.status.checkpoint
    for number in 1...UInt64(100) where shell.halt == nil && shell.replica.status.checkpoint == before {
      let (header, body) = try GridRun.request(
        [.put(key: [1], value: [2])], client: 77, session: session, number: number)
      _ = send(header, body)
    }
    precondition(shell.halt != nil || shell.replica.status.checkpoint > before, "a replica reaches its next checkpoint")
  }

  /// Removes every key, and goes on until a checkpoint is of nothing.
  func removeEverything() throws {
    guard let session = try register(client: 78) else { return }
    var number: UInt64 = 0
    func ask(_ events: [KeyValueEvent]) throws -> [UInt8]? {
      number += 1
      let (header, body) = try GridRun.request(events, client: 78, session: session, number: number)
      return send(header, body)?.body
    }
    while shell.halt == nil {
      guard let body = try ask([.scan(start: [0], end: nil, limit: 4)]) else { return }
      let view = try KeyValueResultsView(validating: body.rawSpan)
      var results = view.results
      guard let result = results.next() else { return }
      var removals: [KeyValueEvent] = []
      var pairs = result.pairs
      while let pair = pairs.next() { removals.append(.delete(key: [UInt8](copying: pair.key))) }
      guard !removals.isEmpty else { break }
      _ = try ask(removals)
    }
    // The next one may have been begun when there were keys left.
    for _ in 0..<2 {
      let before = shell.replica.status.checkpoint
      while shell.halt == nil, shell.replica.status.checkpoint == before { _ = try ask([.delete(key: [1])]) }
    }
  }

  private func register(client: UInt128) throws -> UInt64? {
    var register = MessageHeader(.request, cluster: GridRun.cluster)
    register.client = client
    register.operation = Operation.register.rawValue
    register.seal(body: RawSpan())
    return send(register, [])?.header.session
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
