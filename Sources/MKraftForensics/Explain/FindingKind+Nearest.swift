extension FindingKind {
  /// The kinds whose names are most like `name`: a few, or none if it is like nothing.
  public static func nearest(to name: String, limit: Int = 3) -> [FindingKind] {
    let wanted = Array(name.lowercased().utf8.prefix(64))
    guard !wanted.isEmpty else { return [] }
    let candidates = allCases.map { kind in (kind: kind, distance: distance(wanted, Array(kind.name.utf8))) }
    // Some of its words, or the beginnings of them, are as good as a slip of the pen.
    let parts = candidates.filter { hasWords($0.kind, of: name) }
    let slips = candidates.filter { $0.distance <= max(2, $0.kind.name.utf8.count / 3) }
    var chosen: [FindingKind] = []
    for candidate in parts.sorted(by: { $0.distance < $1.distance }) + slips.sorted(by: { $0.distance < $1.distance }) {
      guard chosen.count < limit, !chosen.contains(candidate.kind) else { continue }
      chosen.append(candidate.kind)
    }
    return chosen
  }

  /// Whether every word of `name` begins a word of the kind's name.
  private static func hasWords(_ kind: FindingKind, of name: String) -> Bool {
    let words = kind.name.split(separator: "-")
    return name.lowercased().split { $0 == "-" || $0 == "_" || $0 == " " }.allSatisfy { part in
      words.contains { $0.hasPrefix(part) }
    }
  }

  /// Insertions, deletions and replacements that make one of the other (Levenshtein).
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, byte) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let replaced = diagonal + (byte == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[other.count]
  }
}
