internal import MKraftFormat
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization

/// A replica whose requests are timed from their arrival to the effect that answers them: what it takes without the network; and so
/// are its checkpoints, and the times in which it executes nothing because of one.
final class TimedReplica: ServedReplica {
  /// What was measured, for another thread to read.
  final class Measure: Sendable {
    struct State {
      var latencies: [Double] = []
      var status: ReplicaStatus?
      /// How long checkpoints took, from the execution of their op to their superblock, in microseconds.
      var checkpoints: [Double] = []
      /// How long durable entries waited for a checkpoint, in microseconds.
      var stalls: [Double] = []
      var isOn = false
    }

    let state = Mutex(State())

    /// From now on it counts. Returns the status at this moment.
    func begin() -> ReplicaStatus? {
      state.withLock { state in
        state.isOn = true
        return state.status
      }
    }

    /// What was measured; from now on nothing counts.
    func end() -> State {
      state.withLock { state in
        state.isOn = false
        return state
      }
    }
  }

  private let replica: Replica
  private let measure: Measure
  private var begun: [UInt128: ContinuousClock.Instant] = [:]
  /// When the op of the checkpoint under way was executed.
  private var checkpointBegun: ContinuousClock.Instant?
  /// When the last op that may be executed before the checkpoint is durable was executed, and more were there.
  private var stallBegun: ContinuousClock.Instant?

  init(_ replica: Replica, _ measure: Measure) {
    self.replica = replica
    self.measure = measure
  }

  var statusNow: ReplicaStatus? { replica.statusNow }

  func start(into effects: inout [ReplicaEffect]) { replica.start(into: &effects) }
  func stop(into effects: inout [ReplicaEffect]) { replica.stop(into: &effects) }
  func disconnected(_ connection: ConnectionID) { replica.disconnected(connection) }

  func receive(
    from connection: ConnectionID, header: MessageHeader, body: RawSpan, now: UInt64,
    into effects: inout [ReplicaEffect]
  ) {
    begun[header.checksum] = .now
    replica.receive(from: connection, header: header, body: body, now: now, into: &effects)
    note(effects)
  }

  func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect]) {
    replica.complete(token, failure: failure, now: now, into: &effects)
    note(effects)
  }

  func complete(_ completions: [IOCompletion], now: UInt64, into effects: inout [ReplicaEffect]) {
    replica.complete(completions, now: now, into: &effects)
    note(effects)
  }

  private func note(_ effects: [ReplicaEffect]) {
    let status = replica.status
    noteCheckpoint(status)
    noteStall(status)
    for effect in effects {
      guard case .send(_, let header, _) = effect, let begin = begun.removeValue(forKey: header.requestChecksum) else {
        continue
      }
      measure.state.withLock { state in
        if state.isOn { state.latencies.append((ContinuousClock.now - begin).microseconds) }
        state.status = status
      }
    }
  }

  private func noteCheckpoint(_ status: ReplicaStatus) {
    let isUnderWay = status.commit >= status.checkpoint + UInt64(status.geometry.checkpointInterval)
    note(isUnderWay, since: &checkpointBegun, in: \.checkpoints)
  }

  /// The commit index stops at the last op that may be executed; whoever is ahead of it waits.
  private func noteStall(_ status: ReplicaStatus) {
    let isStalled =
      status.head > status.commit && status.commit == status.geometry.lastExecutableOp(after: status.checkpoint)
    note(isStalled, since: &stallBegun, in: \.stalls)
  }

  private func note(
    _ isUnderWay: Bool, since begun: inout ContinuousClock.Instant?, in times: WritableKeyPath<Measure.State, [Double]>
  ) {
    switch (begun, isUnderWay) {
    case (nil, true): begun = .now
    case (let begin?, false):
      let time = (ContinuousClock.now - begin).microseconds
      measure.state.withLock { if $0.isOn { $0[keyPath: times].append(time) } }
      begun = nil
    default: break
    }
  }
}
