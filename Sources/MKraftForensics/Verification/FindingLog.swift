internal import MKraftOutput

/// Findings as they come: all are counted, a bounded number is kept.
struct FindingLog: Sendable {
  private let limit: Int
  /// Which findings are kept; all are counted.
  private let isWanted: @Sendable (Finding) -> Bool
  private var kept: [Finding] = []
  /// The mildest code among those kept; a milder finding finds no room when the log is full.
  private var mildest = ExitCode.sound
  private var countByKind = [Int](repeating: 0, count: FindingKind.allCases.count)

  init(limit: Int, isWanted: @escaping @Sendable (Finding) -> Bool = { _ in true }) {
    self.limit = limit
    self.isWanted = isWanted
  }

  mutating func add(_ finding: Finding) {
    count(finding.kind)
    guard isWanted(finding) else { return }
    guard kept.count < limit else { return replaceLesser(with: finding) }
    kept.append(finding)
  }

  /// Counts a finding that there is no room or no evidence for.
  mutating func count(_ kind: FindingKind) { countByKind[FindingLog.index[kind] ?? 0] += 1 }

  mutating func add(_ findings: some Sequence<Finding>) {
    for finding in findings { add(finding) }
  }

  /// Forgets the findings of some kinds.
  mutating func removeAll(where isForgotten: (FindingKind) -> Bool) {
    kept.removeAll { isForgotten($0.kind) }
    mildest = .sound
    for (index, kind) in FindingKind.allCases.enumerated() where isForgotten(kind) { countByKind[index] = 0 }
  }

  /// Whether anything was found that is more than a note.
  var hasConcern: Bool { counts.contains { $0.kind.exitCode != .sound } }

  var counts: [(kind: FindingKind, count: Int)] {
    zip(FindingKind.allCases, countByKind).filter { $0.1 > 0 }.map { (kind: $0.0, count: $0.1) }
  }

  /// Worst first, then by place.
  var findings: [Finding] {
    kept.sorted { left, right in
      if left.kind.exitCode != right.kind.exitCode { return left.kind.exitCode > right.kind.exitCode }
      return (left.range?.lowerBound ?? 0, left.kind.name) < (right.range?.lowerBound ?? 0, right.kind.name)
    }
  }

  /// The worst findings are kept, whenever they come.
  private mutating func replaceLesser(with finding: Finding) {
    guard finding.kind.exitCode > mildest else { return }
    guard let least = kept.indices.min(by: { kept[$0].kind.exitCode < kept[$1].kind.exitCode }) else { return }
    mildest = kept[least].kind.exitCode
    if mildest < finding.kind.exitCode { kept[least] = finding }
  }

  private static let index = Dictionary(
    uniqueKeysWithValues: FindingKind.allCases.enumerated().map { ($0.element, $0.offset) })
}
