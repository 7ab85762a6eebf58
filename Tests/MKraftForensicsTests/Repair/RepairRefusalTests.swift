import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import SystemPackage
import Testing

/// What a repair does not do.
@Suite struct RepairRefusalTests {
  @Test func aSoundFileNeedsNothing() throws {
    let file = try SampleFile()
    let planning = try RepairRig.plan(file.storage)
    #expect(planning.plan.actions == [] && planning.declined == [] && planning.plan.after == .sound)
  }

  /// Of an update that was begun one copy is the only instance: until the others are whole, nothing else shows what had been
  /// committed before it. No two copies agree here: one could not be written for long, and another is torn.
  @Test func aCopyThatIsAheadIsWrittenOverLast() throws {
    let file = try SampleFile()
    let (old, present) = (file.history[file.history.count - 2], file.superblock)
    file.storage.put(file.successor(of: present) { $0.term += 1 }, copy: 0)
    file.storage.flipBit(at: 8 * (file.home(1) + 600))
    file.storage.put(old, copy: 2)
    let planning = try RepairRig.plan(file.storage)
    #expect(planning.before.superblock?.checksum == present.checksum && planning.before.verdict.exitCode == .degraded)
    #expect(planning.plan.actions.map(\.copy) == [1, 2, 0] && planning.plan.after == .sound)
  }

  @Test func sourcesMustBeWhatTheyAreCalled() throws {
    let file = try SampleFile(replicaCount: 3)
    func refusal(_ role: RepairSource.Role, _ change: (SampleFile) -> Void) throws -> RepairDonor.Refusal? {
      let other = try SampleFile(replicaCount: 3)
      change(other)
      do throws(RepairDonor.Refusal) {
        _ = try RepairDonor(RepairSource(role, "other"), other.storage, for: file.superblock)
        return nil
      } catch { return error }
    }
    let peer = MemberList.memberID(cluster: SampleFile.cluster, index: 1)
    func rewrite(_ other: SampleFile, member: UInt128? = nil, fileID: UInt128 = 7, lineage: UInt128 = 0) {
      other.rewrite { superblock in
        superblock.fileID = fileID
        superblock.lineage = lineage
        guard let member else { return }
        superblock.member = member
        superblock.replica = 1
      }
    }
    #expect(try refusal(.backup) { _ in } == nil)
    #expect(try refusal(.peer) { _ in } == .ownReplica)
    #expect(try refusal(.peer) { rewrite($0, member: peer, fileID: 9) } == nil)
    #expect(try refusal(.backup) { rewrite($0, member: peer) } == .otherReplica(peer))
    #expect(try refusal(.backup) { rewrite($0, fileID: 9) } == .otherFile(9))
    #expect(try refusal(.backup) { rewrite($0, fileID: 9, lineage: 7) } == nil)
    #expect(try refusal(.backup) { $0.storage.zero(0..<$0.storage.byteCount) } == .unidentified)
    let foreign = MemoryStorage()
    let plan = FormatPlan(cluster: 0xC2, geometry: SampleFile.geometry, fileID: 7)
    _ = try DataFileFormatter.format(plan, onto: foreign)
    #expect(throws: RepairDonor.Refusal.otherCluster(0xC2)) {
      try RepairDonor(RepairSource(.peer, "other"), foreign, for: file.superblock)
    }
  }

  /// A peer gives what the damaged file names, and nothing else, though it holds more.
  @Test func aPeerGivesContentsOnly() throws {
    let file = try SampleFile(replicaCount: 3)
    let peer = SampleFile(copying: file)
    let member = MemberList.memberID(cluster: SampleFile.cluster, index: 1)
    peer.append(bodySize: 700)
    peer.rewrite { superblock in
      (superblock.member, superblock.replica, superblock.fileID) = (member, 1, 9)
      superblock.term = 5
    }
    file.garbage(file.prepareRange(6))
    file.garbage(file.headerRange(6))
    let donor = try RepairDonor(RepairSource(.peer, "peer"), peer.storage, for: file.superblock)
    let planning = try RepairRig.plan(file.storage, [donor])
    #expect(planning.plan.actions.map(\.method) == [.prepareFromSource, .headerFromPrepare])
    #expect(planning.plan.after == .sound && planning.after.journal?.head.op == SampleFile.head)
    #expect(planning.after.superblock?.term == file.superblock.term)
  }

  /// The damaged file names another entry of this op than the source holds.
  @Test func whatDoesNotProveItselfIsNotTaken() throws {
    let file = try SampleFile()
    let other = SampleFile(copying: file)
    let replaced = other.entry(after: other.entries[5], bodySize: 123)
    other.writePrepare(replaced)
    other.writeHeader(replaced, slot: 6)
    file.garbage(file.prepareRange(6))
    let donor = try RepairRig.backup(other.storage, of: file.superblock)
    let planning = try RepairRig.plan(file.storage, [donor])
    #expect(planning.plan.actions == [] && planning.plan.after == .restorable)
    #expect(planning.declined.first?.reason.contains("none of the sources") == true)
  }

  /// Of a run of lost entries only the last one is named by what is left; each then names the one before.
  @Test func aRunOfLostEntriesComesBackFromItsEnd() throws {
    let sound = try SampleFile()
    let file = SampleFile(copying: sound)
    for slot in 4...8 { file.garbageBoth(slot) }
    #expect(try RepairRig.plan(file.storage).plan.actions == [])
    let planning = try RepairRig.plan(file.storage, [try RepairRig.backup(sound.storage, of: sound.superblock)])
    #expect(planning.plan.before == .lost && planning.plan.after == .sound, "\(planning.after.findings)")
    #expect(planning.plan.actions.count == 10)
  }

  /// Whether there was an entry at the head cannot be told, and a copy that has one proves nothing.
  @Test func anUnknownHeadIsLeftAlone() throws {
    let sound = try SampleFile()
    let file = SampleFile(copying: sound)
    sound.append(bodySize: 99)
    file.garbageBoth(13)
    let planning = try RepairRig.plan(file.storage, [try RepairRig.backup(sound.storage, of: sound.superblock)])
    #expect(planning.plan.actions == [] && planning.plan.before == .lost)
    #expect(planning.declined.first?.finding.kind == .walHeadUndecidable)
  }

  @Test func nothingIsPlannedWithoutASuperblock() throws {
    let ofSuperblocks = Scenario.all.filter { scenario in
      scenario.exitCode == 14 && scenario.kinds.contains { $0.name.hasPrefix("superblock-") }
    }
    for damage in ofSuperblocks {
      let file = try SampleFile()
      damage.damage(file)
      do throws(RepairPlanner.Refusal) {
        let before = Verification.run(file.storage)
        let planning = try RepairPlanner.plan(file.storage, before)
        #expect(planning.plan.actions == [], "\(damage.name)")
      } catch {
        #expect(error == .noSuperblock, "\(damage.name)")
      }
    }
  }

  /// A gap that holds an entry that may be missing elsewhere is evidence.
  @Test func evidenceIsZeroedOnlyIfThatIsAllowed() throws {
    let file = try SampleFile()
    file.storage.copy(file.prepareRange(6), to: file.home(1) + 200 * 256)
    let planning = try RepairRig.plan(file.storage)
    #expect(planning.plan.actions == [] && planning.withheld.map(\.method) == [.gapEvidenceZeroed])
    let allowed = try RepairRig.plan(file.storage, allowing: [.gapEvidenceZeroed])
    #expect(allowed.plan.actions.map(\.method) == [.gapEvidenceZeroed] && allowed.plan.after == .sound)
  }

  @Test func zerosDoNotStandForWhatMattered() throws {
    let run = try GridRun()
    try run.run(checkpoints: 2, more: 3)
    let sound = run.storage.snapshot()
    let map = try GridMap(sound)
    let superblock = map.superblock
    let last = try #require(map.roles.filter { $0.value != .released }.keys.max())
    run.storage.truncate(to: map.range(last).lowerBound + 100)
    let alone = try RepairRig.plan(run.storage)
    #expect(!alone.plan.actions.contains { $0.method == .fileExtended }, "\(alone.plan.actions)")
    let helped = try RepairRig.plan(run.storage, [try RepairRig.backup(sound, of: superblock)])
    #expect(helped.plan.actions.contains { $0.method == .fileExtended } && helped.plan.after <= .degraded)
  }

  // MARK: Logs

  private func appliedFile() throws -> (file: SampleFile, damaged: MemoryStorage, log: UndoLog, raw: MemoryStorage) {
    let file = try SampleFile()
    file.garbage(file.range(1))
    file.garbage(file.headerRange(5))
    let damaged = file.storage.snapshot()
    let planning = try RepairRig.plan(file.storage)
    let raw = MemoryStorage()
    try RepairRun.writeLog(planning, of: file.storage, to: raw, path: "file")
    return (file, damaged, try UndoLog(raw), raw)
  }

  /// A reply that is ahead is all that shows that there was a later state; with an older copy, or beside a fault in the log that the
  /// file makes right, it must not go.
  @Test func aReplyThatIsAheadIsNotWrittenOver() throws {
    let file = try RolledBackLog()
    let geometry = GridRun.geometry
    let hurt = file.storage.snapshot()
    hurt.flipBit(at: 8 * (geometry.prepareOffset(slot: geometry.slot(of: file.head - 2)) + 20))
    for (name, storage) in [("alone", file.storage), ("beside a fault", hurt)] {
      let superblock = try GridMap(storage).superblock
      let donor = try RepairRig.backup(file.older, of: superblock)
      let ahead = Verification.run(storage).findings.filter { $0.kind == .replyAhead }.compactMap(\.slot)
      #expect(ahead.contains(file.newest.slot), "\(name)")
      for donors in [[], [donor]] {
        let planning = try RepairRig.plan(storage, donors)
        #expect(planning.plan.after == .lost, "\(name)")
        let written = planning.plan.actions.filter { $0.method == .replyHeaderRebuilt || $0.method == .replyFromSource }
        #expect(written.allSatisfy { !ahead.contains($0.slot ?? -1) }, "\(name): \(written)")
      }
    }
  }

  @Test func aPathThatTheLogCannotNameIsRefused() throws {
    let file = try SampleFile()
    file.garbage(file.range(1))
    let planning = try RepairRig.plan(file.storage)
    let limit = UndoLogHeader.pathLimit
    let longest = String(repeating: "p", count: limit)
    let raw = MemoryStorage()
    try RepairRun.writeLog(planning, of: file.storage, to: raw, path: longest)
    let log = try UndoLog(raw)
    #expect(log.path == longest)
    #expect(throws: RepairError.filePathTooLong(limit: limit)) {
      try RepairRun.writeLog(planning, of: file.storage, to: MemoryStorage(), path: longest + "p")
    }
    #expect(throws: RepairError.filePathTooLong(limit: limit)) {
      try RepairRun.writeReverse(of: log, to: MemoryStorage(), path: longest + "p")
    }
  }

  @Test func everyBitOfALogCounts() throws {
    let (_, _, _, raw) = try appliedFile()
    let start = try GridMap.bytes(raw, 0..<4096)
    let header = UndoLogHeader(decoding: start.bytes)
    let sizeOfLog = try #require(header?.logSize)
    for byte in stride(from: UInt64(0), to: sizeOfLog, by: 61) {
      let broken = raw.snapshot()
      broken.flipBit(at: 8 * byte + byte % 8)
      #expect(throws: RepairError.self, "byte \(byte)") { try UndoLog(broken) }
    }
    for length in stride(from: UInt64(0), to: sizeOfLog, by: 4099) {
      let broken = raw.snapshot()
      broken.truncate(to: length)
      #expect(throws: RepairError.self, "\(length) bytes") { try UndoLog(broken) }
    }
  }

  /// Every byte that was written is in both, and the superblock is the same: how the log ends tells them apart.
  @Test func aCopyOfAnotherMomentIsNotTheRepairedFile() throws {
    let (file, damaged, log, raw) = try appliedFile()
    _ = try RepairRun.carryOut(log, on: file.storage, logPath: "u")
    #expect(RepairRun.isRepaired(by: log, Verification.run(file.storage)))
    let other = file.storage.snapshot()
    let head = try #require(Verification.run(other).journal?.head)
    let slot = file.geometry.slot(of: head.op)
    for start in [file.geometry.headerOffset(slot: slot), file.geometry.prepareOffset(slot: slot)] {
      other.zero(start..<start + UInt64(PrepareHeader.byteCount))
    }
    #expect(try RepairRun.progress(log, on: other) == .done)
    #expect(!RepairRun.isRepaired(by: log, Verification.run(other)))
    // The way back ends as the damaged file did.
    let reverse = try RepairRig.reverse(log)
    #expect(RepairRun.isRepaired(by: reverse, Verification.run(damaged)))
    // A log that does not say it proves it of no file.
    let bytes = try RepairRig.bytes(0..<UInt64(UndoLogHeader.byteCount), of: raw)
    let whole = UndoLogHeader(decoding: bytes.rawSpan)
    var header = try #require(whole)
    header.headAfter = 0
    let changed = header.encode()
    let buffer = IOBuffer(byteCount: changed.count)
    buffer.copy(from: changed.rawSpan, at: 0)
    raw.replace(at: 0, with: buffer)
    let silent = try UndoLog(raw)
    #expect(!RepairRun.isRepaired(by: silent, Verification.run(file.storage)))
  }

  @Test func aFileThatHasMovedOnIsNotUndone() throws {
    let (file, _, log, _) = try appliedFile()
    _ = try RepairRun.carryOut(log, on: file.storage, logPath: "u")
    let touched = file.storage.snapshot()
    touched.flipBit(at: 8 * (file.home(1) + 77))
    #expect(throws: RepairError.movedOn(offset: file.home(1))) { try RepairRun.progress(log, on: touched) }
    file.update { $0.term = 2 }
    #expect(throws: RepairError.self) { try RepairRun.progress(log, on: file.storage) }
  }

  @Test func aLogOfAnotherRepairIsRefused() throws {
    let (file, _, log, _) = try appliedFile()
    #expect(throws: RepairError.notBegun) { try RepairRun.resume(log, on: file.storage) }
    let (other, _, _, _) = try appliedFile()
    other.garbage(other.headerRange(8))
    let planning = try RepairRig.plan(other.storage)
    let second = try RepairRig.log(planning, of: other.storage)
    other.storage.failPower(afterWrites: 3)
    #expect(throws: RepairError.self) { try RepairRun.carryOut(second, on: other.storage, logPath: "u") }
    let cut = other.storage.cut { _, _ in false }
    #expect(throws: RepairError.otherLog) { try RepairRun.resume(log, on: cut) }
    #expect(throws: RepairPlanner.Refusal.inProgress(log: "u")) { try RepairRig.plan(cut) }
  }

  /// A device that loses a write, and says that it was made.
  @Test func aRepairThatDoesNotTakeIsTakenBack() throws {
    let (file, damaged, log, _) = try appliedFile()
    let lying = LosingStorage(file.storage, losing: file.home(1)..<file.home(1) + 16384)
    #expect(throws: RepairError.self) { try RepairRun.carryOut(log, on: lying, logPath: "u") }
    #expect(try RepairRig.difference(file.storage, damaged) == nil)
  }

  @Test func aFullDiskLeavesTheFileAsItWas() throws {
    let file = try SampleFile()
    file.storage.truncate(to: file.home(3) + 100)
    let damaged = file.storage.snapshot()
    let planning = try RepairRig.plan(file.storage)
    let log = try RepairRig.log(planning, of: file.storage)
    file.storage.failWrites(file.home(3) + 100..<file.home(3) + (1 << 21), with: .noSpace)
    #expect(throws: RepairError.self) { try RepairRun.carryOut(log, on: file.storage, logPath: "u") }
    #expect(try RepairRig.difference(file.storage, damaged) == nil)
  }
}

/// A device that says of some writes that they were made, and does not make them.
final class LosingStorage: Storage {
  private let inner: MemoryStorage
  private let lost: Range<UInt64>

  init(_ inner: MemoryStorage, losing lost: Range<UInt64>) {
    self.inner = inner
    self.lost = lost
  }

  var byteCount: UInt64 { inner.byteCount }
  var directAlignment: Int { inner.directAlignment }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    try inner.read(count, at: offset, into: buffer, from: start)
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    if !lost.contains(offset) { try inner.write(count, at: offset, from: buffer, from: start) }
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try inner.resize(to: byteCount) }
}
