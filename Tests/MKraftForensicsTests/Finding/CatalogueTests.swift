import MKraftForensics
import MKraftOutput
import Testing

@Suite struct CatalogueTests {
  /// One entry for each kind, in order; `explain`, manual and JSON schema are made from them.
  @Test func everyKindHasAnEntry() {
    #expect(FindingCatalogue.entries.map(\.kind) == FindingKind.allCases)
    for entry in FindingCatalogue.entries { #expect(FindingCatalogue.entry(named: entry.name)?.kind == entry.kind) }
    #expect(FindingCatalogue.entry(named: "nonsense") == nil)
  }

  /// Phrases, complete, that a terminal and a manual page can take as they are.
  @Test func everyEntryIsComplete() {
    for entry in FindingCatalogue.entries {
      let texts = [entry.meaning, entry.risk, entry.danger, entry.next.words] + entry.causes
      for text in texts {
        #expect(text.count > 5 && !text.hasSuffix(".") && !text.hasPrefix(" "), "\(entry.name): \(text)")
        #expect(
          text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }, "\(entry.name): \(text)")
      }
      #expect(entry.meaning.count > 20 && Set(entry.causes).count == entry.causes.count, "\(entry.name)")
      #expect(entry.name.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }, "\(entry.name)")
    }
  }

  /// What a replica serves all the same asks for no decision; what it refuses is never "nothing to do".
  @Test func theNextStepFitsTheCode() {
    for entry in FindingCatalogue.entries {
      if entry.exitCode > .degraded { #expect(entry.next != .nothing && entry.next != .start, "\(entry.name)") }
      if entry.exitCode == .sound { #expect(entry.next == .nothing, "\(entry.name)") }
    }
  }

  /// Where parts of a file are older than others, the rest of the newer state is to be looked for.
  @Test func olderPartsAskForTheNewerState() {
    let kinds = FindingKind.allCases.filter { $0.entry.next == .decideOnHistory }
    #expect(kinds == [.superblockRolledBack, .replyAhead])
    #expect(NextStep.decideOnHistory.command(path: "f")?.description == "mkraft-ctl recover plan f")
  }

  @Test func namesThatAreNearlyRight() {
    #expect(FindingKind.nearest(to: "wal-prepare-corupt").first == .walPrepareCorrupt)
    #expect(FindingKind.nearest(to: "superblock-forc").first == .superblockFork)
    #expect(Set(FindingKind.nearest(to: "wal-corrupt")) == [.walHeaderCorrupt, .walPrepareCorrupt])
    #expect(FindingKind.nearest(to: "").isEmpty && FindingKind.nearest(to: "/var/lib/replica.mkraft").isEmpty)
    #expect(FindingKind.nearest(to: String(repeating: "x-", count: 1 << 16)).isEmpty)
    #expect(FindingKind.nearest(to: "wal").count == 3)
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
    let verdict = Verdict(start: .serves, codes: [.sound, .lost, .degraded], scope: .everything)
    #expect(verdict.exitCode == .lost && verdict.integrity == .loss)
    let none = Verdict(start: .serves, codes: [], scope: .everything)
    #expect(none.exitCode == .sound && none.integrity == nil)
  }

  @Test func commandsQuotePaths() {
    #expect(NextStep.start.command(path: "my file")?.description == "mkraft-ctl start 'my file'")
    #expect(NextStep.nothing.command(path: "f") == nil)
    let entry = Finding(.walHeadUndecidable, slot: 3, evidence: "")
    #expect(entry.command(path: "-f")?.description == "mkraft-ctl dump-wal --slot 3 ./-f")
    let block = Finding(.blockUnknown, block: 9, evidence: "")
    #expect(block.command(path: "f")?.description == "mkraft-ctl explain --block 9 f")
    let known = Finding(.blockCorrupt, block: 9, evidence: "")
    #expect(known.command(path: "f")?.description == "mkraft-ctl repair f")
  }
}
