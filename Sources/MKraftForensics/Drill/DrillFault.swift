/// Something that a drill must never see.
package struct DrillFault: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// What was acknowledged is not there.
    case lost
    /// A request was executed more than once.
    case doubled
    /// Requests took effect in another order than they were acknowledged in.
    case reordered
    /// A key has a value that nobody gave it.
    case altered
    /// An answer, a key or an entry that follows from nothing that was sent.
    case unexpected
  }

  package let kind: Kind
  /// The key it shows at; empty if it is not about one.
  package let key: String
  /// Op of the entry in question, where it is known.
  package let op: UInt64?
  /// What was expected and what was found.
  package let detail: String
  /// The replica's life in which it was seen, from 1.
  package let round: Int
}

extension DrillFault: CustomStringConvertible {
  /// Without the kind: where, what was expected and what was found.
  package var finding: String {
    let place = [key.isEmpty ? nil : "key \(key)", op.map { "op \($0)" }].compactMap { $0 }.joined(separator: ", ")
    return place.isEmpty ? detail : "\(place): \(detail)"
  }

  package var description: String { "\(kind.rawValue): \(finding)" }
}
