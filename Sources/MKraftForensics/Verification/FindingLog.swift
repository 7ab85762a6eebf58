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
  /// Of each kind, those that the file alone holds all of.
  private var rebuildableByKind = [Int](repeating: 0, count: FindingKind.allCases.count)
  /// Tells what the file alone holds all of; nil if it cannot be repaired as it is.
  var alone: FileAlone?
  /// Findings that it was asked about.
  private var askedCount = 0

  /// Findings that `alone` is asked about at most, for each takes a read; the others count as not rebuildable.
  static let asksMax = 4096

  init(limit: Int, isWanted: @escaping @Sendable (Finding) -> Bool = { _ in true }) {
    self.limit = limit
    self.isWanted = isWanted
  }

  mutating func add(_ finding: Finding) {
    var finding = finding
    finding.isRebuildable = isRebuildable(finding)
    if finding.isRebuildable { rebuildableByKind[FindingLog.index[finding.kind] ?? 0] += 1 }
    count(finding.kind)
    guard isWanted(finding) else { return }
    guard kept.count < limit else { return replaceLesser(with: finding) }
    kept.append(finding)
  }

  private mutating func isRebuildable(_ finding: Finding) -> Bool {
    guard let alone, finding.kind.exitCode == .restorable, askedCount < FindingLog.asksMax else { return false }
    askedCount += 1
    return alone.rebuilds(finding)
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
    for (index, kind) in FindingKind.allCases.enumerated() where isForgotten(kind) {
      (countByKind[index], rebuildableByKind[index]) = (0, 0)
    }
  }

  /// Whether anything was found that is more than a note.
  var hasConcern: Bool { counts.contains { $0.kind.exitCode != .sound } }

  var counts: [(kind: FindingKind, count: Int)] {
    zip(FindingKind.allCases, countByKind).filter { $0.1 > 0 }.map { (kind: $0.0, count: $0.1) }
  }

  /// What all findings call for, each code once for each kind.
  var exitCodes: [ExitCode] {
    FindingKind.allCases.indices.filter { countByKind[$0] > 0 }.map {
      FindingKind.exitCode(of: FindingKind.allCases[$0], isRebuildable: rebuildableByKind[$0] == countByKind[$0])
    }
  }

  /// Worst first, then by place.
  var findings: [Finding] {
    kept.sorted { left, right in
      if left.exitCode != right.exitCode { return left.exitCode > right.exitCode }
      return (left.range?.lowerBound ?? 0, left.kind.name) < (right.range?.lowerBound ?? 0, right.kind.name)
    }
  }

  /// The worst findings are kept, whenever they come.
  private mutating func replaceLesser(with finding: Finding) {
    guard finding.exitCode > mildest else { return }
    guard let least = kept.indices.min(by: { kept[$0].exitCode < kept[$1].exitCode }) else { return }
    mildest = kept[least].exitCode
    if mildest < finding.exitCode { kept[least] = finding }
  }

  private static let index = Dictionary(
    uniqueKeysWithValues: FindingKind.allCases.enumerated().map { ($0.element, $0.offset) })
}
