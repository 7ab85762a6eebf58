import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A seeded run of one replica under clients, whose power fails again and again. The device drops or tears whatever was not
/// durable; after each cut the file is opened again and everything acknowledged must be there.
struct Simulation {
  struct Totals {
    var cuts = 0
    var acknowledged: UInt64 = 0
    var cutsWithWritesInFlight = 0
    var cutsWhileStarting = 0
    var tornTails = 0
    var checkpoints: UInt64 = 0
    /// What went wrong, with the seed that shows it.
    var violations: [String] = []
  }

  static let clientCount = 12
  static let cluster: UInt128 = 0xC1
  static let geometry = Geometry(
    slotCount: 64, messageSize: 4096, sessions: 16, blockSize: 16 << 10, gridBlocksMax: 256)

  let seed: UInt64
  private var generator: SplitMix64
  private var storage: MemoryStorage
  private var clients: [SimulatedClient]
  private var now: UInt64 = 1
  private(set) var totals = Totals()

  init(seed: UInt64) throws {
    self.seed = seed
    generator = SplitMix64(seed: seed)
    storage = MemoryStorage()
    clients = []
    try beginFile()
  }

  /// A new file, and clients that have not registered.
  private mutating func beginFile() throws {
    storage = MemoryStorage()
    _ = try DataFileFormatter.format(
      FormatPlan(cluster: Simulation.cluster, geometry: Simulation.geometry, fileID: UInt128(generator.next())),
      onto: storage)
    clients = (0..<Simulation.clientCount).map {
      SimulatedClient(
        id: UInt128($0) + 1, cluster: Simulation.cluster, bodySizeMax: Simulation.geometry.bodySizeMax)
    }
  }

  /// Runs until the power has failed `cuts` times.
  mutating func run(cuts: Int) throws {
    while totals.cuts < cuts, totals.violations.isEmpty {
      try runUntilCut()
      try checkAfterCut()
    }
    totals.acknowledged += clients.reduce(0) { $0 + $1.acknowledged }
  }

  private mutating func runUntilCut() throws {
    let shell = try open()
    shell.start()
    // One cut in four falls into the start; before the others the replica has become ready.
    let cutsStart = Int.random(in: 0..<4, using: &generator) == 0
    if !cutsStart { shell.completeAll() }
    for _ in 0..<Int.random(in: 0...(cutsStart ? 60 : 120), using: &generator) {
      try step(shell)
      guard totals.violations.isEmpty else { return }
    }
    now = shell.now
    if shell.outstandingCount > 0 { totals.cutsWithWritesInFlight += 1 }
    if !shell.isReady { totals.cutsWhileStarting += 1 }
    totals.cuts += 1
    storage = shell.storage.cut(using: &generator)
  }

  private func open() throws -> SimulatedShell<KeyValueStateMachine> {
    try SimulatedShell(storage, now: now)
  }

  /// A transfer completes, or a client speaks.
  private mutating func step(_ shell: SimulatedShell<KeyValueStateMachine>) throws {
    let speaks = shell.isReady && (shell.outstandingCount == 0 || Bool.random(using: &generator))
    if speaks {
      let index = Int.random(in: 0..<clients.count, using: &generator)
      let (header, body) = try clients[index].next(padding: Int.random(in: 0...3000, using: &generator))
      shell.receive(from: ConnectionID(UInt64(index)), header, body)
    } else if shell.outstandingCount > 0 {
      shell.complete(at: Int.random(in: 0..<shell.outstandingCount, using: &generator))
    }
    if let halt = shell.halt { violate("halted: \(halt)") }
    deliver(shell)
  }

  private mutating func deliver(_ shell: SimulatedShell<KeyValueStateMachine>) {
    for message in shell.sent {
      let index = Int(message.connection.rawValue)
      guard index < clients.count else { continue }
      if let wrong = clients[index].take(message.header, message.body) { violate(wrong) }
    }
    shell.sent.removeAll()
  }

  /// Opens the file as the cut left it, and compares every counter with what was acknowledged.
  private mutating func checkAfterCut() throws {
    let opening: Opening
    do { opening = try Opening.read(storage) } catch {
      if case .journal(let decision) = error {
        violate("the log has \(decision.faults.map { "\($0.kind) at \($0.op)" })")
      }
      return violate("refused after a cut: \(error.name)")
    }
    if opening.journal.end == .torn { totals.tornTails += 1 }
    totals.checkpoints = max(
      totals.checkpoints, opening.superblock.checkpoint.op / UInt64(opening.geometry.checkpointInterval))
    let highest = clients.map(\.highestAcknowledgedOp).max() ?? 0
    if opening.journal.head.op < highest {
      violate("op \(highest) was acknowledged, the head is \(opening.journal.head.op)")
    }
    // Rule R12: what was acknowledged stands in both rings, so that damage to it is never taken for a torn write.
    if let tail = opening.journal.tailStart, tail <= highest {
      violate("op \(highest) was acknowledged, the header of op \(tail) was not durable")
    }
    // On a copy: the run goes on from the file as the cut left it, so that cuts during a start follow each other.
    let shell = try SimulatedShell(storage.snapshot(), now: now)
    shell.start()
    shell.completeAll()
    guard shell.isReady else { return violate("did not become ready after a cut: \(String(describing: shell.halt))") }
    for client in clients {
      let counter = try read(client, shell)
      if !client.accepts(counter: counter) {
        violate("client \(client.id): \(client.acknowledged) acknowledged, the counter is \(counter)")
      }
    }
  }

  private func read(_ client: SimulatedClient, _ shell: SimulatedShell<KeyValueStateMachine>) throws -> UInt64 {
    var batch = KeyValueBatchBuilder(bodySizeMax: client.bodySizeMax)
    try batch.append(.get(key: client.key))
    var header = MessageHeader(.request, cluster: Simulation.cluster)
    header.operation = Operation.keyValue.rawValue
    header.seal(body: batch.body.rawSpan)
    shell.sent.removeAll()
    shell.receive(from: ConnectionID(1000), header, batch.body)
    shell.completeAll()
    guard let reply = shell.sent.first, reply.header.command == .reply else { return .max }
    let body = reply.body
    guard body[8] == KeyValueStatus.ok.rawValue else { return 0 }
    let size = Int(body[12]) | Int(body[13]) << 8
    return UInt64(String(decoding: body[24..<24 + size], as: UTF8.self)) ?? .max
  }

  private mutating func violate(_ what: String) {
    totals.violations.append("seed \(seed), cut \(totals.cuts): \(what)")
  }
}
