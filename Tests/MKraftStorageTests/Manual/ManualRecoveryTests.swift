import MKraftFormat
import MKraftStorage
import Testing

/// The section on recovery in `man/mkraft-data-file.5`, compared with the recovery table and the refusals of the code.
@Suite struct ManualRecoveryTests {
  let page: ManualPage

  init() throws {
    page = try ManualPage("mkraft-data-file.5")
  }

  private func list(_ conditions: [some Any]) -> String {
    conditions.map { "\($0)" }.joined(separator: ", ")
  }

  @Test func recoveryTableIsTheCodes() {
    let agreements: [Agreement: String] = [.notApplicable: "-", .same: "same", .different: "different"]
    let states = RecoveryTable.rows.map {
      [$0.name, list($0.headers), list($0.prepares), agreements[$0.agreement] ?? ""]
    }
    #expect(differences(page: page.rows("recovery-states"), code: states) == [])
    let decisions = RecoveryTable.rows.map {
      [
        $0.name, $0.alone?.rawValue ?? "-", $0.aloneInTail.rawValue, $0.several.rawValue, $0.have ? "yes" : "no",
        $0.nack.rawValue,
      ]
    }
    #expect(differences(page: page.rows("recovery-decisions"), code: decisions) == [])
    let evidence = RecoveryTable.rows.map { [$0.name, $0.evidence] }
    #expect(differences(page: page.rows("recovery-evidence"), code: evidence) == [])
  }

  @Test func faultsAndRefusalsAreNamed() {
    for kind in JournalFault.Kind.allCases { #expect(page.says(kind.rawValue), "\(kind.rawValue)") }
    let refusals: [SuperblockDecision.Refusal] = [
      .notFound, .newerFormat, .identitiesDiffer, .fork(sequence: 1), .copyAhead(copy: 0, sequence: 3, chosen: 1),
      .notLinked(copy: 0, sequence: 2, chosen: 1), .quorumLost(newest: 1),
    ]
    for refusal in refusals { #expect(page.says(refusal.name), "\(refusal.name)") }
    for condition in HeaderCondition.allCases { #expect(page.text.contains("\n.It \(condition)\n"), "\(condition)") }
  }
}
