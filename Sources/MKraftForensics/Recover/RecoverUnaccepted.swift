/// Nothing is dropped that a human did not name exactly.
public struct RecoverUnaccepted: Error, Sendable, Equatable {
  /// What is lost and was not accepted, as it has to be typed.
  public let missing: [String]
  /// What was accepted and is not lost.
  public let wrong: [String]
}

extension RecoverUnaccepted {
  public var words: String {
    var parts: [String] = []
    if !missing.isEmpty {
      parts.append("it takes " + missing.map { "--accept-loss \($0)" }.joined(separator: " ") + ", typed exactly so")
    }
    if !wrong.isEmpty { parts.append("not lost by this plan: \(wrong.joined(separator: ", "))") }
    return parts.joined(separator: "; ")
  }
}
