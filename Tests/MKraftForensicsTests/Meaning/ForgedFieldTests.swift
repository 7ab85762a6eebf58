import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Right checksums with wrong meaning, driven by the format's own tables: every field of every structure is named by what it
/// contradicts, or listed as undetectable; and the verdict is what a replica does.
@Suite struct ForgedFieldTests {
  /// Findings that are contradictions by themselves, and need no invariant's name.
  private static let contradictions: Set<FindingKind> = [
    .formatNewer, .featuresReadOnly, .superblockCopyMisdirected, .superblockRolledBack, .walPrepareCorrupt,
    .walEntryUnexpected, .walEntryUnknown, .walEntryLost, .walChainBroken, .blockUnexpected, .blockCorrupt,
    .checkpointDamaged, .replyLost, .replySlotDamaged, .gapNotZero, .superblockNotFound, .treeMiscounted,
    .numbersExhausted,
  ]

  #if DEBUG
    private static let step = 9
  #else
    private static let step = 1
  #endif

  @Test func everyField() throws {
    let ground = try LoadedGround(more: 4, restarted: true)
    #expect(Verification.run(ground.storage).findings == [])
    var matrix = VerdictMatrix()
    var totals = Totals()
    for index in stride(from: 0, to: Forgery.all.count, by: Self.step) {
      let forgery = Forgery.all[index]
      let image = ForgedImage(ground)
      guard image.apply(forgery) else { continue }
      let report = Verification.run(image.storage)
      totals.add(forgery, report)
      // Numbers of the tree that are wrong show when it is emptied.
      let isMiscounted = report.counts.contains { $0.kind == .treeMiscounted }
      let outcome = try StartedReplica(on: image.storage, nil, removesAll: isMiscounted)
      matrix.add("\(forgery)", report, outcome, on: image.storage)
    }
    print(totals.lines)
    print(matrix.lines("forged"))
    #expect(totals.problems == [])
    #expect(matrix.problems == [])
    guard Self.step == 1 else { return }
    let unused = UndetectableForgeries.table.indices.filter { totals.undetectable[$0] == nil }
    #expect(unused == [], "a row of the table stands for nothing")
  }

  private struct Totals {
    var cases = 0
    var namedByInvariant = 0
    var namedByFinding = 0
    /// By row of the table.
    var undetectable: [Int: Int] = [:]
    var problems: [String] = []

    mutating func add(_ forgery: Forgery, _ report: VerificationReport) {
      cases += 1
      if report.findings.isEmpty {
        guard let row = UndetectableForgeries.index(of: forgery) else {
          return problems.append("\(forgery): nothing was found")
        }
        undetectable[row, default: 0] += 1
      } else if report.findings.contains(where: namesInvariant) {
        namedByInvariant += 1
      } else if report.findings.contains(where: { ForgedFieldTests.contradictions.contains($0.kind) }) {
        namedByFinding += 1
      } else {
        problems.append("\(forgery): \(report.findings.map(\.kind.name))")
      }
    }

    private func namesInvariant(_ finding: Finding) -> Bool {
      let words = "\(finding.actual?.description ?? "") \(finding.evidence)"
      return Invariant.allCases.contains { words.contains($0.name) }
    }

    var lines: String {
      let rows = undetectable.sorted { $0.key < $1.key }.map { index, count in
        let row = UndetectableForgeries.table[index]
        return "meaning:   \(count): \(row.fields.joined(separator: ", ")): \(row.reason)"
      }
      let sum = undetectable.values.reduce(0, +)
      let head =
        "meaning: \(cases) forgeries with right checksums: \(namedByInvariant) named by the invariant, "
        + "\(namedByFinding) by the finding, \(sum) undetectable from one file"
      return ([head] + rows).joined(separator: "\n")
    }
  }
}
