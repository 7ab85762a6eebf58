import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

@Suite struct VerificationTests {
  @Test func findsEachDamageAndNothingElse() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      let report = file.verify()
      #expect(Set(report.counts.map(\.kind)) == scenario.kinds, "\(scenario.name): \(report.findings)")
      #expect(report.verdict.exitCode.number == scenario.exitCode, "\(scenario.name)")
      #expect(report.verdict.start.name == scenario.start, "\(scenario.name)")
      #expect(report.bytes.total == file.storage.byteCount, "\(scenario.name)")
      #expect(report.findingCount == report.findings.count, "\(scenario.name)")
    }
  }

  @Test func aFreshFileIsSound() throws {
    let geometries = [
      Geometry(slotCount: 64, messageSize: 4096, sessions: 3),
      Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 2),
      Geometry(ioUnit: 65_536, slotCount: 256, messageSize: 65_536, sessions: 5, blockSize: 65_536),
    ]
    for geometry in geometries {
      let file = try SampleFile(geometry, start: false)
      let report = file.verify()
      #expect(report.findings == [] && report.verdict.exitCode == .sound && report.verdict.start == .serves)
      #expect(report.bytes.total == file.storage.byteCount && report.bytes.unreadable == 0)
      #expect(report.journal?.head.op == 0)
    }
  }

  @Test func aMemberOfSeveralAbstains() throws {
    let report = try SampleFile(replicaCount: 3).verify()
    #expect(report.counts.map(\.kind) == [.otherMembers])
    #expect(report.verdict.start == .abstains && report.verdict.exitCode == .sound)
  }

  /// What is wrong while the file moves on may be what it moved on from; what nobody writes is not.
  @Test func aFileThatKeepsChangingIsIncomplete() throws {
    let file = try SampleFile()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    file.storage.flipBit(at: 8 * 20000)
    let report = Verification.run(RestlessStorage(file), liveOptions)
    #expect(Set(report.counts.map(\.kind)) == [.liveFile, .fileChanging, .gapNotZero])
    #expect(report.verdict.exitCode == .incomplete)
  }

  /// It was whole as of the checkpoint and head that were there when the look began.
  @Test func aFileThatKeepsChangingMayBeSound() throws {
    let report = Verification.run(RestlessStorage(try SampleFile()), liveOptions)
    #expect(report.counts.map(\.kind) == [.liveFile] && report.verdict.exitCode == .sound)
  }

  private var liveOptions: Verification.Options {
    var options = Verification.Options()
    options.isLive = true
    return options
  }

  /// What a replica appends while the file is read is not taken for damage: here a prepare in flight, and a hole below an entry
  /// that was not there when the scan began.
  @Test func aFileInUseIsJudgedAsOfItsHead() throws {
    let file = try SampleFile()
    file.options.isLive = true
    file.garbage(file.prepareRange(13))
    let report = file.verify()
    #expect(report.liveHead == SampleFile.head && report.journal?.head.op == SampleFile.head)
    #expect(report.counts.map(\.kind) == [.liveFile])
    // Below the head nothing is forgiven.
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    #expect(file.verify().verdict.exitCode == .restorable)
  }

  @Test func saysWhereAndHowItIsKnown() throws {
    let file = try SampleFile()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    let finding = try #require(file.verify().worst)
    let start = file.geometry.prepareOffset(slot: 5)
    #expect(finding.kind == .walPrepareCorrupt && finding.op == 5 && finding.slot == 5)
    #expect(finding.zone == .walPrepares && finding.range == start..<start + 256 + 1500)
    #expect(finding.expected == .checksum(file.entries[5].checksum))
    #expect(finding.evidence.contains("prepare ring: the header is right, the body is not"))
  }

  /// The successor names the entry that is lost.
  @Test func namesALostEntryByItsSuccessor() throws {
    let file = try SampleFile()
    file.garbageBoth(7)
    let finding = try #require(file.verify().worst)
    #expect(finding.kind == .walEntryLost && finding.expected == .checksum(file.entries[7].checksum))
    // Of two in a row only the second has a successor that stands.
    file.garbageBoth(6)
    let report = file.verify()
    #expect(report.findings.map(\.kind) == [.walEntryUnknown, .walEntryLost] && report.verdict.exitCode == .lost)
  }

  @Test func tellsAMisdirectedHeaderFromRot() throws {
    let file = try SampleFile()
    file.writeHeader(file.entries[9], slot: 5)
    let finding = try #require(file.verify().worst)
    #expect(finding.kind == .walHeaderCorrupt && finding.likelyCause.contains("misdirected"))
  }

  @Test func countsWhatItDoesNotList() throws {
    let file = try SampleFile()
    for slot in 1...9 { file.garbage(file.headerRange(slot)) }
    file.garbageBoth(11)
    file.options.findingsLimit = 3
    let report = file.verify()
    #expect(report.findings.count == 3 && report.findingCount == 10)
    // The worst is kept, though it came last.
    #expect(report.worst?.kind == .walEntryLost && report.verdict.exitCode == .restorable)
  }

  /// What is left out is counted as skipped, and the verdict says so.
  @Test func verifiesOneZone() throws {
    let file = try SampleFile()
    file.garbageBoth(5)
    file.storage.flipBit(at: 8 * 20000)
    for name in VerificationScope.allNames {
      file.options.scope = try #require(VerificationScope(name: name))
      let report = file.verify()
      #expect(report.bytes.total == file.storage.byteCount, "\(name)")
      let kinds: [FindingKind] = name == "wal" ? [.walEntryLost] : name == "gaps" ? [.gapNotZero] : []
      #expect(report.counts.map(\.kind) == kinds, "\(name)")
      // The log is damaged, so that nothing else matters.
      #expect(report.verdict.start == (name == "wal" ? .refuses(reason: "wal-damaged") : .notJudged), "\(name)")
      #expect(report.bytes[.outOfScope] > 0, "\(name)")
    }
    #expect(VerificationScope(name: "everything") == nil)
  }

  @Test func wrapsAroundTheRing() throws {
    let file = try SampleFile()
    while file.entries.count <= 64 { file.append(bodySize: 7) }
    let report = file.verify()
    #expect(report.findings == [] && report.journal?.head.op == 64 && report.journal?.end == .full)
  }
}
