package import MKraftFormat
package import MKraftStorage

/// Runs a replica on a simulated device, one step at a time: what the server is to a real replica. Whoever drives it chooses
/// which outstanding transfer completes next, and when the power fails. Used by tests and to make fixtures.
package final class SimulatedShell<Machine: StateMachine> {
  /// A message that the replica sent.
  package struct Sent {
    package let connection: ConnectionID
    package let header: MessageHeader
    package let body: [UInt8]
  }

  /// What happened, for those who watch.
  package enum Event {
    case effect(ReplicaEffect)
    /// A transfer is over, and the replica is told next.
    case transferred(IORequest, failure: StorageError?)
  }

  private struct Outstanding {
    let request: IORequest
    /// The device's token, for a write.
    let write: WriteToken?
  }

  package let storage: MemoryStorage
  package let replica: ReplicaCore<Machine>
  private var outstanding: [Outstanding] = []
  private var effects: [ReplicaEffect] = []
  /// Messages sent and not yet taken.
  package var sent: [Sent] = []
  package private(set) var isReady = false
  package private(set) var isStopped = false
  package private(set) var halt: ReplicaHalt?
  /// Writes completed so far.
  package private(set) var writeCount = 0
  /// Told of everything, in order.
  package var watcher: ((Event) -> Void)?
  /// The simulated clock, in nanoseconds; it moves by `tick` with every step.
  package var now: UInt64
  package var tick: UInt64 = 1

  /// Opens the file on `storage`.
  package init(
    _ storage: MemoryStorage, cacheBlocks: Int? = nil, now: UInt64, machine: (Grid, CheckpointState) -> Machine
  ) throws(OpeningRefusal) {
    self.storage = storage
    self.now = now
    replica = ReplicaCore(opening: try Opening.read(storage), cacheBlocks: cacheBlocks, now: now, machine: machine)
  }

  /// Transfers that may complete next.
  package var outstandingCount: Int { outstanding.count }
  package var outstandingRequests: [IORequest] { outstanding.map(\.request) }

  package func start() {
    replica.start(into: &effects)
    perform()
  }

  package func stop() {
    replica.stop(into: &effects)
    perform()
  }

  package func receive(from connection: ConnectionID, _ header: MessageHeader, _ body: [UInt8]) {
    now += tick
    replica.receive(from: connection, header: header, body: body.rawSpan, now: now, into: &effects)
    perform()
  }

  package func disconnect(_ connection: ConnectionID) {
    replica.disconnected(connection)
  }

  /// Completes one of the outstanding transfers.
  package func complete(at index: Int) {
    completeTogether([index])
  }

  /// Completes outstanding transfers in the order of `indices`, and then tells the replica of all of them at once.
  package func completeTogether(_ indices: [Int]) {
    let ended = indices.map { outstanding[$0] }
    for index in indices.sorted(by: >) { outstanding.remove(at: index) }
    now += tick
    var completions: [IOCompletion] = []
    for next in ended {
      let failure = carryOut(next)
      watcher?(.transferred(next.request, failure: failure))
      completions.append(IOCompletion(token: next.request.token, failure: failure))
    }
    replica.complete(completions, now: now, into: &effects)
    perform()
  }

  /// Completes transfers in the order they were asked for until none is left.
  package func completeAll() {
    while !outstanding.isEmpty { complete(at: 0) }
  }

  private func carryOut(_ next: Outstanding) -> StorageError? {
    do {
      let request = next.request
      if let write = next.write {
        writeCount += 1
        try storage.complete(write)
      } else if request.direction == .resize {
        try storage.resize(to: request.offset)
      } else {
        let count = try storage.read(request.count, at: request.offset, into: request.buffer)
        guard count == request.count else {
          return StorageError(.read, nil, offset: request.offset, cause: .shortRead(transferred: count))
        }
      }
      return nil
    } catch { return error }
  }

  private func perform() {
    for effect in effects {
      watcher?(.effect(effect))
      switch effect {
      case .io(let request): begin(request)
      case .send(let connection, let header, let body):
        sent.append(Sent(connection: connection, header: header, body: body))
      case .ready: isReady = true
      case .stopped: isStopped = true
      case .halt(let reason): halt = reason
      }
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func begin(_ request: IORequest) {
    guard request.direction == .write else {
      outstanding.append(Outstanding(request: request, write: nil))
      return
    }
    do {
      let token = try storage.submit(request.count, at: request.offset, from: request.buffer)
      outstanding.append(Outstanding(request: request, write: token))
    } catch { preconditionFailure("the simulated device takes every aligned write") }
  }
}

extension SimulatedShell<KeyValueStateMachine> {
  /// Opens the file on `storage`, with the key-value store as its state.
  package convenience init(_ storage: MemoryStorage, cacheBlocks: Int? = nil, now: UInt64) throws(OpeningRefusal) {
    try self.init(storage, cacheBlocks: cacheBlocks, now: now) { KeyValueStateMachine($0, $1) }
  }
}
