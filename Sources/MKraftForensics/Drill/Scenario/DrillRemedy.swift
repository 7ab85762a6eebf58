/// How a damaged file comes back into service.
public enum DrillRemedy: String, Sendable, CaseIterable {
  /// A replica starts on it as it is, and heals what there is to heal.
  case replica
  /// A repair from what the file itself holds.
  case file
  /// A repair with an older copy of the file.
  case backup
  /// Nothing provable is enough: what is to be given up has to be decided by a human, with `recover`.
  case recover

  public var words: String {
    switch self {
    case .replica: "a replica heals it, or does not need it"
    case .file: "repaired from the file itself"
    case .backup: "repaired from a backup"
    case .recover: "needs recover: a human must decide"
    }
  }
}
