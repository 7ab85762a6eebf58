internal import MKraftFormat

/// Whether a replica can count on from the numbers in a file: op, term, sequence and timestamp must stay below 2^63 for as long as it
/// takes to go once around the ring. A replica that cannot halts before it writes anything (`ReplicaHalt.numbersExhausted`).
enum NumberFindings {
  static let reason = FindingKind.numbersExhausted.name

  /// Nil if there are numbers left.
  static func of(_ superblock: Superblock, head: PrepareHeader) -> Finding? {
    let limit = PrepareHeader.numberLimit - UInt64(superblock.geometry.slotCount) - 2
    let numbers: [(String, UInt64)] = [
      ("sequence", superblock.sequence), ("term", superblock.term), ("op of the head", head.op),
      ("timestamp of the head", head.timestamp),
    ]
    guard let highest = numbers.max(by: { $0.1 < $1.1 }), highest.1 >= limit else { return nil }
    return Finding(
      .numbersExhausted, op: head.op, expected: .number(limit - 1), actual: .number(highest.1),
      evidence: "the \(highest.0) is \(highest.1), and must be below \(limit)")
  }
}
