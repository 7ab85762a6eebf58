import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import SystemPackage
import Testing

/// What the device does not give is named with its exact place, and everything else is judged all the same.
@Suite struct UnreadableTests {
  /// A bad sector in each part of the file, also where nothing of worth stands.
  @Test func aBadSectorAnywhereIsNarrowedToItsUnit() throws {
    let run = try GridRun.stopped()
    let geometry = GridRun.geometry
    let map = try GridMap(run.storage)
    let places: [(String, UInt64)] = [
      ("superblock copy", geometry.offset(of: .superblock(1))), ("gap", 100 << 10),
      ("header ring", geometry.headerOffset(slot: 5)), ("prepare", geometry.prepareOffset(slot: 7)),
      ("rest of a slot", geometry.prepareOffset(slot: 9) + 4096), ("reply", geometry.replyOffset(slot: 1)),
      ("leaf", map.range(map.blocks(.leaf)[1]).lowerBound),
      ("value", map.range(map.blocks(.value)[1]).lowerBound + 4096),
      ("session table", map.range(map.blocks(.sessions)[0]).lowerBound),
    ]
    for (name, place) in places {
      let storage = run.storage.snapshot()
      storage.failReads(place + 512..<place + 1024)
      let report = Verification.run(storage)
      let found = report.findings.filter { $0.kind == .rangeUnreadable }.map(\.range)
      let unit = place / 4096 * 4096
      #expect(found == [unit..<unit + 4096], "\(name): \(report.findings)")
      #expect(report.bytes.unreadable == 4096 && report.bytes.total == storage.byteCount, "\(name): \(report.bytes)")
    }
  }

  /// Several at once are found each by itself; neighbours are one range.
  @Test func everyBadUnitIsCountedOnce() throws {
    let run = try GridRun.stopped()
    for seed in UInt64(0)..<60 {
      var generator = SplitMix64(seed: seed)
      let storage = run.storage.snapshot()
      var units: Set<UInt64> = []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        // Not where all superblock copies could be hit at once.
        let first = UInt64.random(in: 2 << 18..<storage.byteCount / 4096 * 4096, using: &generator) / 4096 * 4096
        let count = UInt64.random(in: 1...3, using: &generator)
        let end = min(first + count * 4096, storage.byteCount)
        storage.failReads(first..<end, healsWhenWritten: false)
        for unit in stride(from: first, to: end, by: 4096) { units.insert(unit) }
      }
      let report = Verification.run(storage)
      let ranges = report.findings.filter { $0.kind == .rangeUnreadable }.compactMap(\.range)
      let free = Set(units.filter { isSkipped($0, run) })
      var found: Set<UInt64> = []
      for range in ranges { found.formUnion(stride(from: range.lowerBound, to: range.upperBound, by: 4096)) }
      #expect(found.isSubset(of: units) && units.subtracting(free).isSubset(of: found), "seed \(seed): \(ranges)")
      #expect(report.bytes.total == storage.byteCount, "seed \(seed)")
      #expect(report.bytes.unreadable == UInt64(found.count) * 4096, "seed \(seed)")
    }
  }

  /// Whether a unit may have gone unread: free blocks, and what lies behind an entry or reply of a slot.
  private func isSkipped(_ offset: UInt64, _ run: GridRun) -> Bool {
    let geometry = GridRun.geometry
    guard let map = try? GridMap(run.storage) else { return false }
    if offset >= geometry.offset(of: .grid) { return map.roles[GridMap.address(at: offset, geometry)] == nil }
    let replies = geometry.offset(of: .replies)
    return offset >= replies && offset < replies + geometry.byteCount(of: .replies)
  }

  /// A read that fails once: the bytes are judged, and the failure is told.
  @Test func aReadThatFailsOnceIsNamed() throws {
    let run = try GridRun.stopped()
    let geometry = GridRun.geometry
    let place = geometry.prepareOffset(slot: 3)
    let flaky = FlakyStorage(run.storage, failingOnce: [place..<place + 1])
    let report = Verification.run(flaky)
    #expect(report.counts.map(\.kind) == [.readUnsteady], "\(report.findings)")
    #expect(report.worst?.range?.contains(place) == true && report.bytes.unreadable == 0)
    #expect(report.verdict.exitCode == .degraded && report.bytes.total == run.storage.byteCount)
  }

  /// Reads that give less than was asked for are taken up again.
  @Test(arguments: [512, 1000, 4096, 65_536]) func shortReadsChangeNothing(_ readMax: Int) throws {
    let run = try GridRun.stopped()
    run.storage.flipBit(at: 8 * (GridRun.geometry.prepareOffset(slot: 5) + 300))
    let whole = Verification.run(run.storage)
    let short = Verification.run(FlakyStorage(run.storage, readMax: readMax))
    #expect(short.conclusions == whole.conclusions)
  }

  /// A device that gives nothing at all does not hang the reader.
  @Test func emptyReadsEnd() throws {
    let run = try GridRun.stopped()
    let report = Verification.run(FlakyStorage(run.storage, readMax: 0))
    #expect(report.bytes.total == run.storage.byteCount && report.verdict.exitCode >= .lost)
  }

  /// A file without superblocks, whose rings are gone as well, is ours as long as a block stands.
  @Test func aBlockAloneIsATrace() throws {
    let run = try GridRun.stopped()
    let grid = GridRun.geometry.offset(of: .grid)
    run.storage.zero(0..<grid)
    let report = Verification.run(run.storage)
    #expect(report.counts.map(\.kind) == [.superblockNotFound] && report.worst?.evidence.contains("block") == true)
    run.storage.zero(grid..<run.storage.byteCount)
    #expect(Verification.run(run.storage).counts.map(\.kind) == [.notOurFormat])
  }
}
