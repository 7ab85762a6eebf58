import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage

/// One kind of damage, and what must be found.
struct Scenario: Sendable {
  let name: String
  /// All kinds that are found, and no other.
  let kinds: Set<FindingKind>
  let exitCode: Int32
  let start: String
  let damage: @Sendable (SampleFile) -> Void

  init(
    _ name: String, _ kinds: Set<FindingKind>, exit: Int32, _ start: String,
    _ damage: @escaping @Sendable (SampleFile) -> Void
  ) {
    self.name = name
    self.kinds = kinds
    exitCode = exit
    self.start = start
    self.damage = damage
  }

  /// Scenarios on a started file of one replica with entries up to `SampleFile.head` in both rings.
  static let all: [Scenario] = whole + superblock + log

  private static let whole: [Scenario] = [
    Scenario("nothing", [], exit: 0, "serves") { _ in },
    Scenario("all zero", [.notOurFormat], exit: 65, "refuses") { $0.storage.zero(0..<$0.storage.byteCount) },
    Scenario("newer feature", [.formatNewer], exit: 65, "refuses") { $0.update { $0.features.incompatible = 2 } },
    Scenario("feature for reading", [.featuresReadOnly], exit: 65, "refuses") {
      $0.update { $0.features.readOnlyCompatible = 2 }
    },
    Scenario("dead device", [.nothingReadable, .rangeUnreadable], exit: 74, "refuses") {
      $0.storage.failReads(0..<$0.storage.byteCount)
    },
    Scenario("bad sector in a gap", [.rangeUnreadable], exit: 10, "serves") { $0.storage.failReads(32768..<33280) },
    Scenario("cut within the replies' gap", [.fileTruncated, .superblockCopyMissing], exit: 11, "refuses") {
      $0.storage.truncate(to: $0.home(3))
    },
    Scenario("something appended", [.fileOverLong], exit: 10, "serves") {
      $0.storage.truncate(to: $0.storage.byteCount + 100)
    },
    Scenario("a byte in a gap", [.gapNotZero], exit: 10, "serves") { $0.storage.flipBit(at: 8 * 20000) },
    Scenario("larger sectors", [.ioUnitTooSmall], exit: 11, "refuses") { $0.options.deviceAlignment = 16384 },
    Scenario("repair begun", [.repairInProgress], exit: 13, "refuses") { file in
      let place = file.geometry.repairMarkRange(copy: 2).lowerBound
      let mark = RepairMark(fileID: 7, log: 1, plan: 2, sequence: 3, offset: place, path: "undo")
      let buffer = IOBuffer(byteCount: RepairMark.byteCount)
      buffer.copy(from: mark.encoded.span)
      file.storage.replace(at: place, with: buffer)
    },
    Scenario("in use", [.liveFile], exit: 0, "serves") { $0.options.isLive = true },
    Scenario("reply slot", [.replySlotDamaged], exit: 10, "serves") {
      $0.storage.flipBit(at: 8 * ($0.geometry.replyOffset(slot: 2) + 120))
    },
  ]

  private static let superblock: [Scenario] = [
    Scenario("copy 0", [.superblockCopyDamaged], exit: 10, "serves-after-repair") { $0.garbage($0.range(0)) },
    Scenario("copy of before", [.superblockCopyStale], exit: 10, "serves-after-repair") {
      $0.write($0.history[0], copy: 2)
    },
    Scenario("update begun", [.superblockCopyUnacknowledged], exit: 10, "serves-after-repair") {
      $0.write($0.successor(of: $0.superblock), copy: 0)
    },
    Scenario("copy 1 over copy 2", [.superblockCopyMisdirected], exit: 10, "serves-after-repair") {
      $0.storage.copy($0.range(1), to: $0.home(2))
    },
    Scenario("bad sector in copy 3", [.superblockCopyUnreadable, .rangeUnreadable], exit: 10, "serves-after-repair") {
      $0.storage.failReads($0.home(3) + 4096..<$0.home(3) + 4608)
    },
    Scenario("copy of another file", [.superblockIdentitiesDiffer, .superblockCopyForeign], exit: 14, "refuses") {
      var other = $0.superblock
      other.fileID = 8
      other.seal()
      $0.write(other, copy: 3)
    },
    Scenario("no superblock", [.superblockNotFound], exit: 14, "refuses") { file in
      for copy in 0..<Superblock.copyCount { file.garbage(file.range(copy)) }
    },
    Scenario("fork", [.superblockFork], exit: 14, "refuses") {
      var other = $0.superblock
      other.term += 1
      other.seal()
      $0.write(other, copy: 3)
    },
    Scenario("two updates ahead", [.superblockCopyAhead], exit: 14, "refuses") {
      $0.write($0.successor(of: $0.successor(of: $0.superblock)), copy: 1)
    },
    Scenario("not linked", [.superblockNotLinked], exit: 14, "refuses") {
      $0.write($0.successor(of: $0.superblock) { $0.parent = 5 }, copy: 1)
    },
    Scenario("one copy left", [.superblockQuorumLost, .superblockCopyDamaged], exit: 14, "refuses") { file in
      for copy in 0...2 { file.garbage(file.range(copy)) }
    },
    Scenario("rolled back", [.superblockRolledBack], exit: 14, "refuses") { file in
      for copy in 0..<Superblock.copyCount { file.write(file.history[0], copy: copy) }
    },
  ]

  private static let log: [Scenario] = [
    Scenario("header", [.walHeaderCorrupt], exit: 10, "serves-after-repair") { $0.garbage($0.headerRange(5)) },
    Scenario("header not yet written", [.walHeaderBehind], exit: 0, "serves-after-repair") {
      $0.writePrepare($0.entry(after: $0.entries[12], bodySize: 9))
    },
    Scenario("prepare torn", [.walTailTorn], exit: 0, "serves") { $0.garbage($0.prepareRange(13)) },
    Scenario("prepare after a gap", [.walTailLeftover], exit: 0, "serves") {
      $0.writePrepare($0.entry(after: $0.entry(after: $0.entries[12], bodySize: 1), bodySize: 9))
    },
    Scenario("both rings in the tail", [.walTailDamaged], exit: 10, "serves-after-repair") { $0.garbageBoth(14) },
    Scenario("header beyond the head", [.walSlotVacantDamaged], exit: 10, "serves-after-repair") {
      $0.garbage($0.headerRange(13))
    },
    Scenario("slot given up", [.walSlotGivenUp], exit: 0, "serves") {
      $0.writeHeader(.placeholder(.unknown, slot: 13, cluster: SampleFile.cluster), slot: 13)
    },
    Scenario("prepare far beyond the head", [.walPrepareUnusedDamaged], exit: 10, "serves") {
      $0.garbage($0.prepareRange(60))
    },
    Scenario("body", [.walPrepareCorrupt], exit: 13, "refuses") {
      $0.storage.flipBit(at: 8 * ($0.geometry.prepareOffset(slot: 5) + 300))
    },
    Scenario("bad sector in an entry", [.walPrepareCorrupt, .rangeUnreadable], exit: 13, "refuses") {
      $0.storage.failReads($0.prepareRange(5, count: 512))
    },
    Scenario("prepare lost", [.walPrepareMissing], exit: 11, "refuses") { file in
      let blank = PrepareHeader.placeholder(.reserved, slot: 5, cluster: SampleFile.cluster)
      let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
      var bytes = buffer.mutableBytes
      blank.encode(into: &bytes)
      file.storage.replace(at: file.geometry.prepareOffset(slot: 5), with: buffer)
    },
    Scenario("another entry", [.walEntriesDisagree], exit: 13, "refuses") {
      $0.writePrepare($0.entry(after: $0.entries[4], bodySize: 17))
    },
    Scenario("entry in the middle", [.walEntryLost], exit: 13, "refuses") { $0.garbageBoth(5) },
    Scenario("committed head", [.walEntryUnknown], exit: 14, "refuses") {
      $0.update { $0.commitMax = SampleFile.head }
      $0.garbageBoth(12)
    },
    Scenario("cut names another entry", [.walEntryUnexpected], exit: 13, "refuses") {
      $0.update { $0.cut = LogPosition(op: 12, term: 1, checksum: 99) }
    },
    Scenario("both rings at the head", [.walHeadUndecidable], exit: 14, "refuses") { $0.garbageBoth(13) },
    Scenario("wrong parent", [.walChainBroken], exit: 14, "refuses") {
      let other = $0.entry(after: $0.entries[11], bodySize: 9) { $0.parent = 3 }
      $0.writePrepare(other)
      $0.writeHeader(other, slot: 12)
    },
  ]
}
