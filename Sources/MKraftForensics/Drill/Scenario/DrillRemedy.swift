/// How a damaged file comes back into service.
public enum DrillRemedy: String, Sendable, CaseIterable {
  /// A replica starts on it as it is, and heals what there is to heal.
  case replica
  /// A repair from what the file itself holds.
  case file
  /// A repair with an older copy of the file.
  case backup
  /// No repair is proven to be right. `recover` makes a new file, if need be with an older copy of the file; what would have to be
  /// given up even then a human must accept.
  case recover

  public var words: String {
    switch self {
    case .replica: "a replica heals it, or does not need it"
    case .file: "repaired from the file itself"
    case .backup: "repaired from a backup"
    case .recover: "a new file, by recover"
    }
  }
}
