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
      var checkpoints: [CheckpointSpan] = []
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
  private var watch: CheckpointWatch

  init(_ replica: Replica, _ measure: Measure) {
    self.replica = replica
    self.measure = measure
    watch = CheckpointWatch(replica.status.geometry)
  }

  var statusNow: ReplicaStatus? { replica.statusNow }

  func start(into effects: inout [ReplicaEffect]) { replica.start(into: &effects) }
  func stop(into effects: inout [ReplicaEffect]) { replica.stop(into: &effects) }
  func disconnected(_ connection: ConnectionID) { replica.disconnected(connection) }

  func receive(
    from connection: ConnectionID, header: MessageHeader, body: RawSpan, now: UInt64,
    into effects: inout [ReplicaEffect]
  ) {
    let arrival = ContinuousClock.now
    begun[header.checksum] = arrival
    replica.receive(from: connection, header: header, body: body, now: now, into: &effects)
    note(effects, of: arrival)
  }

  func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect]) {
    let arrival = ContinuousClock.now
    replica.complete(token, failure: failure, now: now, into: &effects)
    note(effects, of: arrival)
  }

  func complete(_ completions: [IOCompletion], now: UInt64, into effects: inout [ReplicaEffect]) {
    let arrival = ContinuousClock.now
    replica.complete(completions, now: now, into: &effects)
    note(effects, of: arrival)
  }

  /// - Parameter arrival: when the input came that had these effects.
  private func note(_ effects: [ReplicaEffect], of arrival: ContinuousClock.Instant) {
    let status = replica.status
    noteCheckpoint(status, at: arrival)
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

  private func noteCheckpoint(_ status: ReplicaStatus, at arrival: ContinuousClock.Instant) {
    let ended = watch.note(
      head: status.head, commit: status.commit, checkpoint: status.checkpoint, at: arrival)
    guard ended != CheckpointWatch.Ended() else { return }
    measure.state.withLock { state in
      guard state.isOn else { return }
      if let checkpoint = ended.checkpoint { state.checkpoints.append(checkpoint) }
      if let stall = ended.stall { state.stalls.append(stall) }
    }
  }
}
