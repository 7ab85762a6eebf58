internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage
internal import NIOCore

/// The replica and everything that touches it, on one event loop: feeds it inputs, performs its effects.
final class ReplicaShell {
  let loop: any EventLoop
  let limits: ServerLimits
  private let replica: any ServedReplica
  private let storage: StorageRunner
  private let emit: @Sendable (ServerEvent) -> Void
  private let outcome: EventLoopPromise<ServerResult>

  /// Effects of the replica's last input, performed before the next one.
  private var effects: [ReplicaEffect] = []
  /// Transfers asked for since the loop last came round; then they are begun together.
  private var queue = TransferQueue()
  private var isSubmitting = false
  /// Performed, and not told to the replica yet.
  private var held: [IOCompletion] = []
  private var hasWaited = false
  /// Entries there were when the loop was last let go on for more of them.
  private var gathered = 0
  /// How to let the loop look at its sockets; there before the socket listens.
  var turn: LoopTurn?
  private var connections: [ConnectionID: ServerConnection] = [:]
  private var unflushed: [ServerConnection] = []
  private var connectionsSeen: UInt64 = 0
  private var isFullNoted = false
  private var listener: (any Channel)?
  private var isStopping = false
  private var hasEnded = false

  init(
    replica: any ServedReplica, storage: StorageRunner, limits: ServerLimits, outcome: EventLoopPromise<ServerResult>,
    emit: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.loop = outcome.futureResult.eventLoop
    self.replica = replica
    self.storage = storage
    self.limits = limits
    self.outcome = outcome
    self.emit = emit
  }

  var ring: TransferRing? { storage.ring }

  // MARK: The replica's inputs

  /// The socket listens: the replica may take its term now.
  func start(_ listener: any Channel, at address: NetworkAddress) {
    self.listener = listener
    listener.closeFuture.assumeIsolated().whenComplete { _ in self.listenerClosed() }
    emit(.listening(address))
    replica.start(into: &effects)
    perform()
  }

  func stop() {
    guard !isStopping, !hasEnded else { return }
    isStopping = true
    listener?.close(promise: nil)
    replica.stop(into: &effects)
    perform()
    flush()
  }

  func received(_ message: InboundMessage, from connection: ServerConnection) {
    guard !hasEnded else { return }
    replica.receive(
      from: connection.id, header: message.header, body: message.body.readableBytesSpan, now: WallClock.now(),
      into: &effects)
    perform()
  }

  func takeCompletions() {
    let shell = NIOLoopBound(self, eventLoop: loop)
    let completions = storage.takeCompletions { shell.value.takeCompletions() }
    guard !completions.isEmpty else { return }
    complete(completions)
    flush()
  }

  private func complete(_ completions: [IOCompletion]) {
    guard !hasEnded else { return }
    replica.complete(completions, now: WallClock.now(), into: &effects)
    perform()
  }

  // MARK: Connections

  /// A handler for a connection that has just been accepted.
  func makeConnection() -> ServerConnection {
    connectionsSeen += 1
    return ServerConnection(ConnectionID(connectionsSeen), self)
  }

  /// False if the connection cannot be kept.
  func opened(_ connection: ServerConnection) -> Bool {
    guard !isStopping, !hasEnded else { return false }
    guard connections.count < limits.connectionsMax else {
      noteFull(connection)
      return false
    }
    connections[connection.id] = connection
    return true
  }

  func closed(_ connection: ServerConnection) {
    guard connections.removeValue(forKey: connection.id) != nil else { return }
    isFullNoted = false
    if !hasEnded { replica.disconnected(connection.id) }
  }

  /// Sends what was written since the last call, once for each connection.
  func flush() {
    for connection in unflushed { connection.flush() }
    unflushed.removeAll(keepingCapacity: true)
  }

  func note(_ text: String) {
    emit(.note(text))
  }

  /// Said once until a connection is free again, so that a crowd of clients does not flood the log.
  private func noteFull(_ connection: ServerConnection) {
    guard !isFullNoted else { return }
    isFullNoted = true
    note("refused the connection of \(connection.peer): \(limits.connectionsMax) are open, which is the limit")
  }

  private func listenerClosed() {
    guard !isStopping, !hasEnded else { return }
    note("the listening socket closed unexpectedly; no new connections are taken")
  }

  // MARK: The replica's effects

  private func perform() {
    for effect in effects { perform(effect) }
    effects.removeAll(keepingCapacity: true)
  }

  private func perform(_ effect: ReplicaEffect) {
    guard !hasEnded else { return }
    switch effect {
    case .io(let request): submit(request)
    case .send(let id, let header, let body): send(OutboundMessage(header, body: body), to: id)
    case .ready: becomeReady()
    case .stopped: end(.stopped)
    case .halt(let halt): end(.halted(halt))
    }
  }

  private func becomeReady() {
    if let status = replica.statusNow { emit(.status(status)) }
    emit(.ready)
  }

  /// Begins the transfer when every message that has arrived by now is taken: then it is known what it can be put
  /// together with.
  private func submit(_ request: IORequest) {
    queue.append(request)
    guard !isSubmitting else { return }
    isSubmitting = true
    loop.assumeIsolated().execute { self.beginTransfers() }
  }

  /// Performs the small writes that clients wait for here and now, one after the other: handing one to somebody else,
  /// and its completion back, takes as long as the device does. All others are handed out.
  private func beginTransfers() {
    while !hasEnded {
      if let headers = queue.takeHeaders() {
        flush()
        held += storage.performNow(headers)
        completeHeld()
        continue
      }
      if held.isEmpty, gatherEntries() { return }
      let transfers = queue.takeDue()
      handOut(transfers.filter { !$0.isQuick })
      let quick = transfers.filter(\.isQuick)
      if quick.isEmpty && held.isEmpty {
        precondition(queue.count == 0, "what waits, waits for something under way")
        break
      }
      if !quick.isEmpty { flush() }
      for transfer in quick where !hasFailed { held += storage.performNow(transfer) }
      if !hasFailed, quick.contains(where: \.isOfEntries), waitForOthers() { return }
      completeHeld()
    }
    gathered = 0
    isSubmitting = false
    flush()
  }

  /// Nothing is written after a write that failed (rule R2).
  private var hasFailed: Bool { held.contains { $0.failure != nil } }

  /// Requests that came while entries were written are taken before their headers are, once, so that they share the
  /// headers' write. A client that is alone has sent none.
  private func waitForOthers() -> Bool {
    guard !hasWaited, connections.count > 1, let turn else { return false }
    hasWaited = true
    turn.next { self.beginTransfers() }
    return true
  }

  /// While one turn of the loop after another brings more entries, they are gathered: clients that were answered
  /// together send their next requests together, and reading one takes much less than writing it. Answers are sent before.
  private func gatherEntries() -> Bool {
    guard connections.count > 1, let turn, queue.count > gathered, queue.holdsEntriesOnly else { return false }
    gathered = queue.count
    flush()
    turn.next { self.beginTransfers() }
    return true
  }

  private func completeHeld() {
    let completions = held
    held.removeAll(keepingCapacity: true)
    hasWaited = false
    gathered = 0
    if !completions.isEmpty { complete(completions) }
    queue.entriesAreComplete()
  }

  private func handOut(_ transfers: [Transfer]) {
    guard !transfers.isEmpty else { return }
    let shell = NIOLoopBound(self, eventLoop: loop)
    storage.submit(transfers) { shell.value.takeCompletions() }
  }

  private func send(_ message: OutboundMessage, to id: ConnectionID) {
    guard let connection = connections[id] else { return }
    if !connection.needsFlush { unflushed.append(connection) }
    connection.write(message, unsentMax: limits.unsentMax)
  }

  // MARK: The end

  private func end(_ result: ServerResult) {
    hasEnded = true
    listener?.close(promise: nil)
    guard case .stopped = result else {
      // Nothing more may leave a replica whose storage has failed, not even what was written already.
      closeAll()
      outcome.succeed(result)
      return
    }
    closeAllWhenSent(then: result)
  }

  private func closeAll() {
    for connection in connections.values { connection.close() }
  }

  private func closeAllWhenSent(then result: ServerResult) {
    let closed = connections.values.compactMap(\.closeFuture)
    let outcome = outcome
    let grace = loop.assumeIsolated().scheduleTask(in: limits.closingGrace) { self.closeAll() }
    EventLoopFuture.andAllComplete(closed, on: loop).whenComplete { _ in
      grace.cancel()
      outcome.succeed(result)
    }
    for connection in connections.values { connection.closeWhenSent() }
  }
}
