package import MKraftFormat
package import MKraftReplica
package import MKraftStorage

/// What the shell needs of a replica: inputs in, effects out. Tests put a fake behind it.
package protocol ServedReplica: AnyObject {
  func start(into effects: inout [ReplicaEffect])
  func receive(
    from connection: ConnectionID, header: MessageHeader, body: RawSpan, now: UInt64,
    into effects: inout [ReplicaEffect])
  func complete(_ token: UInt64, failure: StorageError?, now: UInt64, into effects: inout [ReplicaEffect])
  /// Transfers are over, in this order.
  func complete(_ completions: [IOCompletion], now: UInt64, into effects: inout [ReplicaEffect])
  func disconnected(_ connection: ConnectionID)
  func stop(into effects: inout [ReplicaEffect])
  /// What it is now, if it has a status to tell.
  var statusNow: ReplicaStatus? { get }
}

extension ServedReplica {
  package var statusNow: ReplicaStatus? { nil }

  package func complete(_ completions: [IOCompletion], now: UInt64, into effects: inout [ReplicaEffect]) {
    for completion in completions {
      complete(completion.token, failure: completion.failure, now: now, into: &effects)
    }
  }
}

extension ReplicaCore: ServedReplica {
  package var statusNow: ReplicaStatus? { status }
}
