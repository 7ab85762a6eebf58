/// Why a verification ended before it had read everything.
public enum ScanStop: String, Sendable, CaseIterable {
  case byteLimit = "byte-limit"
  case timeLimit = "time-limit"
  case interrupted

  public var words: String {
    switch self {
    case .byteLimit: "as many bytes were read as may be"
    case .timeLimit: "the time was over"
    case .interrupted: "it was interrupted"
    }
  }
}
