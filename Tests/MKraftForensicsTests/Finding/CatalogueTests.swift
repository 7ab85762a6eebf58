import MKraftForensics
import MKraftOutput
import Testing

@Suite struct CatalogueTests {
  /// `explain`, manual and output are made from the catalogue, so every entry must be complete.
  @Test func everyEntryIsComplete() {
    for kind in FindingKind.allCases {
      #expect(kind.meaning.count > 20 && kind.cause.count > 5 && kind.risk.count > 3, "\(kind.name)")
      #expect(!kind.meaning.hasSuffix(".") && !kind.cause.hasSuffix("."), "\(kind.name)")
      #expect(kind.name.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }, "\(kind.name)")
    }
  }

  /// The code tells a script what may be done; a verdict, or that nothing was concluded.
  @Test func everyCodeIsOneThatAFindingMayCallFor() {
    let allowed: Set<ExitCode> = [
      .sound, .degraded, .repairable, .incomplete, .restorable, .lost, .notOurFormat, .inputOutput,
    ]
    #expect(Set(FindingKind.allCases.map(\.exitCode)) == allowed)
  }

  @Test func severityFollowsTheCode() {
    #expect(Severity(.sound) == .note && Severity(.degraded) == .warning && Severity(.incomplete) == .warning)
    #expect(Severity(.repairable) == .damage && Severity(.restorable) == .damage && Severity(.lost) == .loss)
    #expect(Severity(.notOurFormat) == .refusal)
    #expect(Severity.allCases == Severity.allCases.sorted())
  }

  @Test func theVerdictIsTheHighestCode() {
    let verdict = Verdict(
      start: .serves, kinds: [.walTailTorn, .walEntryUnknown, .superblockCopyStale], scope: .everything)
    #expect(verdict.exitCode == .lost && verdict.integrity == .loss)
    let none = Verdict(start: .serves, kinds: [], scope: .everything)
    #expect(none.exitCode == .sound && none.integrity == nil)
  }

  @Test func commandsQuotePaths() {
    #expect(NextStep.start.command(path: "my file")?.description == "mkraft-ctl start 'my file'")
    #expect(NextStep.dumpWAL.command(path: "-f", slot: 3)?.description == "mkraft-ctl dump-wal --slot 3 ./-f")
    #expect(NextStep.nothing.command(path: "f") == nil)
  }
}
