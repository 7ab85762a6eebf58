import MKraftFormat
import MKraftReplica
import MKraftStorage

/// Makes a recording: drives clients and a replica from a seed, and notes what the device and the clients are told.
final class Recorder {
  typealias Shell = SimulatedShell<KeyValueStateMachine>

  /// Transfers that are made to lag behind in a life, so that what must not depend on them shows if it does.
  enum Laggard: CaseIterable { case nothing, oldest, blocks, replies, prepares, headers, superblocks }

  private static let reader = ConnectionID(1000)

  private(set) var recording: Recording
  private var generator: SplitMix64
  private var storage = MemoryStorage()
  private var clients: [CrashClient]
  private let workload: CrashWorkload
  private var log: LogModel
  private var now: UInt64 = 1
  private var laggard = Laggard.nothing
  /// One of so many completions is any; the others are none of those that lag, while there are others.
  private var patience = 20
  /// The superblock being written, and the copies of it that were read back.
  private var writing: Superblock?
  private var readBack: Set<UInt64> = []

  private var profile: CrashProfile { recording.profile }
  private var geometry: Geometry { profile.geometry }

  private init(seed: UInt64) {
    recording = Recording(seed: seed)
    generator = SplitMix64(seed: seed &* 0x9E37_79B9)
    workload = CrashWorkload(profile: CrashProfile(seed: seed))
    clients = (0..<recording.profile.clientCount).map { CrashClient(id: UInt128($0) + 1) }
    log = LogModel(recording.profile.geometry)
  }

  static func record(seed: UInt64) throws -> Recording {
    let recorder = Recorder(seed: seed)
    _ = try DataFileFormatter.format(
      FormatPlan(cluster: CrashProfile.cluster, geometry: recorder.geometry, fileID: UInt128(seed)),
      onto: recorder.storage)
    try recorder.fill()
    let first = recorder.log.head
    while recorder.log.head < recorder.profile.opsAfter && recorder.recording.violations.isEmpty { try recorder.live() }
    recorder.recording.totals.wraps = (recorder.log.head - first) / UInt64(recorder.geometry.slotCount)
    return recorder.recording
  }

  /// What happened before the recording begins.
  private func fill() throws {
    try live(through: profile.opsBefore)
    let last = recording.facts.suffix(1)
    (recording.events, recording.lives, recording.facts) = ([], [], Array(last))
    recording.totals = Recording.Totals()
  }

  // MARK: A life

  /// A start, work up to `op` or for a while, and an end.
  private func live(through op: UInt64? = nil) throws {
    let base = storage.snapshot()
    laggard = Laggard.allCases.randomElement(using: &generator) ?? .nothing
    patience = Bool.random(using: &generator) ? 20 : 1000
    // The smallest cache there may be, in two lives of three.
    let cache = Int.random(in: 0..<3, using: &generator) == 0 ? 1000 : 1
    let shell = try Shell(storage, cacheBlocks: cache, now: now)
    let head = shell.replica.status.head
    log = try LogModel(log, through: head)
    try begin(base: base, head: head)
    shell.watcher = { [unowned self] event in watch(event) }
    shell.start()
    let end = op ?? head + UInt64.random(in: 60...200, using: &generator)
    // Few lives end while the replica starts.
    let isShort = op == nil && Int.random(in: 0..<6, using: &generator) == 0
    var steps = isShort ? Int.random(in: 0...60, using: &generator) : Int.max
    while log.head < end, steps > 0, shell.halt == nil, recording.violations.isEmpty {
      try step(shell)
      steps -= 1
    }
    finish(shell)
    now = shell.now
  }

  private func begin(base: MemoryStorage, head: UInt64) throws {
    guard let formatted = base.superblock(copy: 0, geometry) ?? base.superblock(copy: 1, geometry) else {
      throw TestFailure("no superblock at the start of a life")
    }
    let life = recording.lives.count
    recording.lives.append(Recording.Life(base: base, log: log, head: head))
    recording.events.append(.begin(life: life))
    let known = recording.facts.last
    let facts = CrashFacts(
      life: life, acknowledged: known?.acknowledged ?? 0, prepared: head,
      established: known?.established ?? .init(formatted))
    if recording.facts.isEmpty { recording.facts.append(facts) }
    recording.facts.append(facts)
  }

  private func finish(_ shell: Shell) {
    if let halt = shell.halt { return violate("halted: \(halt)") }
    // Every third life ends cleanly.
    guard shell.isReady, recording.lives.count % 3 == 0 else {
      recording.totals.cuts += 1
      let resizes = shell.outstandingRequests.filter { $0.direction == .resize }
      storage = shell.storage.cut(using: &generator)
      for resize in resizes where Bool.random(using: &generator) { storage.truncate(to: resize.offset) }
      return
    }
    shell.stop()
    while shell.outstandingCount > 0 { complete(shell) }
    guard shell.isStopped else { return violate("did not stop: \(String(describing: shell.halt))") }
    deliver(shell)
    recording.totals.stops += 1
    storage = shell.storage
  }

  private func step(_ shell: Shell) throws {
    let speaks = shell.isReady && (shell.outstandingCount == 0 || Int.random(in: 0..<5, using: &generator) < 2)
    if speaks {
      try speak(shell)
    } else if shell.outstandingCount > 0 {
      complete(shell)
    }
    if Int.random(in: 0..<40, using: &generator) == 0 { leave(shell) }
    deliver(shell)
    recording.totals.deepestFlight = max(recording.totals.deepestFlight, shell.storage.inFlight.count)
  }

  private func speak(_ shell: Shell) throws {
    if Int.random(in: 0..<12, using: &generator) == 0 { return try read(shell) }
    // The last clients are heard less often, so that they lose their sessions.
    let draws = (0..<2).map { _ in Int.random(in: 0..<clients.count, using: &generator) }
    let index = min(draws[0], draws[1])
    let (workload, log) = (workload, log)
    let message = try clients[index].next {
      try workload.batch(current: { log.value(of: $0) }, using: &generator)
    }
    recording.requests[message.header.checksum] = message
    shell.receive(from: ConnectionID(UInt64(index)), message.header, message.body)
  }

  /// A batch that changes nothing, over a connection of nobody: its answer is compared with the model all the same.
  private func read(_ shell: Shell) throws {
    var header = MessageHeader(.request, cluster: CrashProfile.cluster)
    header.operation = Operation.keyValue.rawValue
    let body = try workload.batch(isRead: true, current: { _ in nil }, using: &generator)
    header.seal(body: body.rawSpan)
    shell.receive(from: Recorder.reader, header, body)
  }

  /// The reader's connection is lost, with a read under way or not.
  private func leave(_ shell: Shell) {
    if shell.outstandingRequests.contains(where: { $0.direction == .read }) { recording.totals.givenUpReads += 1 }
    shell.disconnect(Recorder.reader)
  }

  /// One of the outstanding transfers is over; rather one that is not to lag.
  private func complete(_ shell: Shell) {
    let requests = shell.outstandingRequests
    let others = requests.indices.filter { laggard == .oldest ? $0 > 0 : !lags(requests[$0]) }
    let isPatient = Int.random(in: 0..<patience, using: &generator) != 0
    let index = (isPatient ? others : []).randomElement(using: &generator)
    shell.complete(at: index ?? Int.random(in: 0..<requests.count, using: &generator))
  }

  private func lags(_ request: IORequest) -> Bool {
    switch geometry.zone(at: request.offset) {
    case .superblock0, .superblock1, .superblock2, .superblock3: laggard == .superblocks
    case .walHeaders: laggard == .headers
    case .walPrepares: laggard == .prepares
    case .replies: laggard == .replies
    case .grid: laggard == .blocks && request.direction != .read
    }
  }

  // MARK: What clients are told

  private func deliver(_ shell: Shell) {
    for message in shell.sent {
      let index = Int(message.connection.rawValue)
      if index < clients.count { clients[index].take(message.header) }
      if message.header.status == Refusal.sessionUnknown.rawValue { recording.totals.evictions += 1 }
    }
    shell.sent.removeAll()
  }

  private func sent(_ header: MessageHeader, _ body: [UInt8]) {
    guard header.command == .reply else { return }
    let last = recording.facts.count - 1
    recording.facts[last].acknowledged = max(recording.facts[last].acknowledged, header.op)
    guard header.client != 0, header.operation == Operation.keyValue.rawValue else { return }
    guard header.op <= log.head else { return violate("a reply to op \(header.op), which was never prepared") }
    let entry = log[header.op]
    recording.replies[entry.header.checksum] = body
    if (try? decodeResults(body)) != entry.results { violate("the reply to op \(header.op) is not the model's") }
  }

  // MARK: What the device is told

  private func watch(_ event: Shell.Event) {
    switch event {
    case .effect(.io(let request)): began(request)
    case .effect(.send(_, let header, let body)): sent(header, body)
    case .effect: break
    case .transferred(let request, let failure):
      guard failure == nil else { return violate("a transfer failed") }
      if request.direction != .read { return note(.complete(token: request.token)) }
      if geometry.zone(at: request.offset) == .grid { recording.totals.blockReads += 1 }
      verified(request)
    }
  }

  private func note(_ event: DeviceEvent) {
    recording.events.append(event)
    recording.facts.append(recording.facts[recording.facts.count - 1])
  }

  private func began(_ request: IORequest) {
    switch request.direction {
    case .read: return
    case .resize:
      recording.totals.resizes += 1
      note(.submitResize(token: request.token, byteCount: request.offset))
    case .write:
      recording.totals.writes += 1
      let bytes = IOBuffer(byteCount: request.count, alignment: 16)
      bytes.copy(from: request.buffer, range: 0..<request.count, at: 0)
      note(.submit(token: request.token, offset: request.offset, bytes: bytes))
      began(writing: bytes, at: request.offset)
    }
  }

  private func began(writing bytes: IOBuffer, at offset: UInt64) {
    switch geometry.zone(at: offset) {
    case .walPrepares: beganPrepare(bytes)
    case .superblock0, .superblock1, .superblock2, .superblock3: beganSuperblock(bytes)
    case .walHeaders, .replies, .grid: break
    }
  }

  private func beganPrepare(_ bytes: IOBuffer) {
    do {
      let header = try PrepareHeader(decoding: bytes.bytes)
      guard header.op == log.head + 1 else { return violate("op \(header.op) is prepared behind \(log.head)") }
      try log.append(header, [UInt8](copying: bytes.bytes.extracting(PrepareHeader.byteCount..<Int(header.size))))
      recording.facts[recording.facts.count - 1].prepared = header.op
    } catch { violate("a prepare that cannot be read: \(error)") }
  }

  private func beganSuperblock(_ bytes: IOBuffer) {
    guard let superblock = try? Superblock(decoding: bytes.bytes) else { return violate("an unsound superblock") }
    writing = superblock
    readBack = []
    let state = superblock.checkpoint
    guard state.op > 0 else { return }
    let known = recording.checkpoints.updateValue(state.id, forKey: state.header.checksum)
    guard known == nil else {
      if known != state.id { violate("the checkpoint of op \(state.op) has another id than before") }
      return
    }
    recording.totals.checkpoints += 1
    recording.totals.treeHeight = max(recording.totals.treeHeight, state.treeHeight)
    if let wrong = CheckpointCheck.run(superblock, log, on: storage) { violate(wrong) }
  }

  private func verified(_ request: IORequest) {
    guard geometry.zone(at: request.offset).superblockCopy != nil, let writing,
      let found = try? Superblock(decoding: request.buffer.bytes), found.checksum == writing.checksum
    else { return }
    readBack.insert(request.offset)
    guard readBack.count == Superblock.writeThreshold else { return }
    recording.facts[recording.facts.count - 1].established = .init(writing)
  }

  private func violate(_ what: String) {
    recording.violations.append("run \(recording.seed), event \(recording.events.count): \(what)")
  }
}

extension Geometry {
  /// The zone that an offset lies in, or in the gap behind.
  func zone(at offset: UInt64) -> Zone { Zone.allCases.last { self.offset(of: $0) <= offset } ?? .superblock0 }
}
