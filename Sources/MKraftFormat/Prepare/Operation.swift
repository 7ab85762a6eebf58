/// What a log entry asks for. Numbers below 128 are the system's (rule R5); the others belong to the state machine.
public enum Operation: UInt8, Sendable, CaseIterable {
  /// Op 0, the same in every replica of a cluster: the end of every parent chain.
  case root = 1
  /// Nothing; a new leader's first entry.
  case noop = 2
  /// Opens a client session; the session's number is the op of this entry.
  case register = 3
  /// Reserved for changing the release that the cluster runs.
  case upgrade = 4
  /// Reserved for changing the members.
  case reconfigure = 5
  /// A batch of the key-value store.
  case keyValue = 128

  /// The lowest number that belongs to the state machine.
  public static let systemLimit: UInt8 = 128

  public var name: String {
    switch self {
    case .root: "root"
    case .noop: "noop"
    case .register: "register"
    case .upgrade: "upgrade"
    case .reconfigure: "reconfigure"
    case .keyValue: "kv"
    }
  }

  /// The name of any operation number, also of one this release does not know.
  public static func name(of raw: UInt8) -> String {
    Operation(rawValue: raw)?.name ?? "operation-\(raw)"
  }
}
