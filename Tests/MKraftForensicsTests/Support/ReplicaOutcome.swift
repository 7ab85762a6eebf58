import MKraftFormat
import MKraftReplica
import MKraftStorage

/// What a replica really does on a file: starts, reads every key, and goes on to its next checkpoint.
enum ReplicaOutcome: Equatable {
  case serves
  /// A key has another value than was acknowledged, or a request is not answered.
  case wrong(String)
  case refuses(String)
  case stops(at: UInt64?)

  init(on storage: MemoryStorage, pairs: [[UInt8]: [UInt8]]) throws {
    let shell: SimulatedShell<KeyValueStateMachine>
    do throws(OpeningRefusal) {
      shell = try SimulatedShell(storage.snapshot(), cacheBlocks: 1, now: 1 << 40)
    } catch {
      self = .refuses(error.name)
      return
    }
    shell.start()
    shell.completeAll()
    for (key, value) in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      if let halt = shell.halt {
        self = .stops(at: halt.block)
        return
      }
      guard try ReplicaOutcome.ask(shell, [.get(key: key)]) == value || shell.halt != nil else {
        self = .wrong("a key has another value")
        return
      }
    }
    try ReplicaOutcome.reachNextCheckpoint(shell)
    if let halt = shell.halt { self = .stops(at: halt.block) } else { self = .serves }
  }

  /// The value that a get finds.
  private static func ask(
    _ shell: SimulatedShell<KeyValueStateMachine>, _ events: [KeyValueEvent], client: UInt128 = 0, session: UInt64 = 0,
    number: UInt64 = 0
  ) throws -> [UInt8]? {
    let (header, body) = try GridRun.request(events, client: client, session: session, number: number)
    shell.receive(from: ConnectionID(9), header, body)
    shell.completeAll()
    guard let answer = shell.sent.popLast(), answer.header.command == .reply else { return nil }
    shell.sent.removeAll()
    let view = try KeyValueResultsView(validating: answer.body.rawSpan)
    var results = view.results
    guard let result = results.next(), result.status == .ok else { return nil }
    return [UInt8](copying: result.value)
  }

  private static func reachNextCheckpoint(_ shell: SimulatedShell<KeyValueStateMachine>) throws {
    var header = MessageHeader(.request, cluster: GridRun.cluster)
    header.client = 77
    header.operation = Operation.register.rawValue
    header.seal(body: RawSpan())
    shell.receive(from: ConnectionID(9), header, [])
    shell.completeAll()
    guard shell.halt == nil, let session = shell.sent.popLast()?.header.session else { return }
    let before = shell.replica.status.checkpoint
    for number in 1...UInt64(100) where shell.halt == nil && shell.replica.status.checkpoint == before {
      _ = try ask(shell, [.put(key: [1], value: [2])], client: 77, session: session, number: number)
    }
    precondition(shell.halt != nil || shell.replica.status.checkpoint > before, "a replica reaches its next checkpoint")
  }
}

extension ReplicaHalt {
  /// The block it names.
  var block: UInt64? {
    switch self {
    case .block(let fault): fault.address
    case .blockContents(let address, _): address
    case .storage(let error): error.offset.map { GridMap.address(at: $0, GridRun.geometry) }
    default: nil
    }
  }
}
