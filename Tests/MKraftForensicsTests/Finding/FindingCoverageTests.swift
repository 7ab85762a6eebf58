import MKraftForensics
import MKraftFormat
import Testing

/// Every finding of the catalogue can be produced, and nothing else is.
@Suite struct FindingCoverageTests {
  @Test func everyFindingIsProducedByAScenario() throws {
    var produced: Set<FindingKind> = []
    for scenario in try FindingScenario.all() {
      let report = try scenario.verify()
      let found = Set(report.counts.map(\.kind))
      #expect(found.subtracting(scenario.others) == scenario.kinds, "\(scenario.name): \(report.findings)")
      produced.formUnion(found)
      for finding in report.findings { check(finding, scenario.name) }
    }
    #expect(FindingCatalogue.entries.filter { !produced.contains($0.kind) }.map(\.name) == [], "never produced")
    #expect(produced.subtracting(FindingCatalogue.entries.map(\.kind)).map(\.name) == [], "not in the catalogue")
  }

  /// What the catalogue says of a kind holds for each finding of it.
  private func check(_ finding: Finding, _ name: String) {
    let isRight =
      switch finding.kind.entry.part {
      case .file, .gaps: finding.zone == nil
      // The log may prove that the superblock is too old.
      case .superblocks:
        finding.zone == nil || finding.zone?.superblockCopy != nil || finding.kind == .superblockRolledBack
      case .wal: finding.zone == .walHeaders || finding.zone == .walPrepares
      case .replies: finding.zone == .replies
      case .grid: finding.zone == .grid
      }
    #expect(isRight, "\(name): \(finding.kind.name) in \(finding.zone?.name ?? "no zone")")
    #expect(!finding.evidence.isEmpty && !finding.evidence.hasSuffix("."), "\(name): \(finding.kind.name)")
  }
}
