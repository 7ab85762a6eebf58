/// Why a replica did not take a request. The number travels in the message header's `status`.
public enum Refusal: UInt8, Error, Sendable, CaseIterable, BitwiseCopyable {
  case storageFull = 1
  case notLeader = 2
  case sessionUnknown = 3
  case sessionBusy = 4
  case requestStale = 5
  case requestMismatch = 6
  case bodyInvalid = 7
  case operationUnknown = 8
  case overloaded = 9
  case starting = 10
  case stopping = 11
  case clusterMismatch = 12
  case numbersExhausted = 13

  public var name: String { row.name }
  public var meaning: String { row.meaning }

  private var row: (name: String, meaning: String) {
    switch self {
    case .storageFull:
      ("storage-full", "the file cannot grow: the disk is full; reads are answered, writes are not until there is room")
    case .notLeader: ("not-leader", "this replica does not lead; the header names the leader if it is known")
    case .sessionUnknown:
      ("session-unknown", "no such session: never opened, or evicted for a newer one; register again")
    case .sessionBusy: ("session-busy", "the session's previous request is not answered yet; one at a time")
    case .requestStale: ("request-stale", "the session has already executed a later request")
    case .requestMismatch: ("request-mismatch", "this request number was executed with another request's bytes")
    case .bodyInvalid: ("body-invalid", "the body is not a valid batch of the operation")
    case .operationUnknown: ("operation-unknown", "clients may ask for register and kv only")
    case .overloaded: ("overloaded", "too many requests wait; try again")
    case .starting: ("starting", "the replica is recovering its log")
    case .stopping: ("stopping", "the replica is stopping")
    case .numbersExhausted:
      ("numbers-exhausted", "op or time of the file is so high that it cannot be counted on; only a forged file is")
    case .clusterMismatch: ("cluster-mismatch", "the message is for another cluster")
    }
  }
}
