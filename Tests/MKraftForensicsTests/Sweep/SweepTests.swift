import Glibc
import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Every item of a small loaded file with every kind of damage: found, located, and nothing said of items that were not touched.
///
/// - `MKRAFT_SWEEP_SCALE`: so many times as many seeded cases; 10 for the run by hand.
/// - `MKRAFT_SWEEP_BYTES`: one of so many bytes of every structure has a bit flipped, and one of 64 times as many of the gaps; 1 for
///   every byte: 1.8 million cases, an hour.
/// - `MKRAFT_SWEEP_FROM`, `MKRAFT_SWEEP_TO`: the cases of those that are run, to share them out among processes.
@Suite struct SweepTests {
  /// Seeded cases for each item and kind of damage that has more than one; a debug build is much slower.
  #if DEBUG
    static let usual = 1
  #else
    static let usual = 32
  #endif

  /// Of so many cases one is planned for, if its code tells of a plan.
  private static let plansOneIn: UInt64 = 8

  private static func setting(_ name: String) -> Int? {
    unsafe getenv("MKRAFT_SWEEP_\(name)").flatMap { unsafe Int(String(cString: $0)) }
  }

  private static var casesPerItem: Int { usual * (setting("SCALE") ?? 1) }

  private struct Field {
    let ground: LoadedGround
    let items: [FileItem]
    let coverage: Coverage
    let judge: SweepJudge

    init(more: Int, stop: Bool) throws {
      ground = try LoadedGround(more: more, stop: stop)
      items = FileItem.all(ground)
      coverage = try Coverage(ground, items)
      judge = SweepJudge(items, coverage, ground.geometry)
    }

    func strike(
      _ damage: ItemDamage, _ item: FileItem, _ part: Range<UInt64>, seed: UInt64, _ totals: inout SweepTotals
    ) {
      var generator = SplitMix64(seed: seed)
      let storage = ground.storage.snapshot()
      let strike = Strike.apply(damage, to: item, part: part, storage, ground, items, using: &generator)
      guard let strike else { return }
      // Tests run beside each other already.
      var options = Verification.Options()
      options.threadCount = 1
      let report = Verification.run(storage, options)
      totals.add(strike, judge.judge(report, strike))
      // A plan takes as long as several verifications.
      let isOfPlan = report.verdict.exitCode == .repairable || report.verdict.exitCode == .restorable
      guard isOfPlan, seed % SweepTests.plansOneIn == 0 else { return }
      totals.plans += 1
      if let problem = PlanAgreement.problem(of: storage) { totals.failures.append("\(problem): \(strike)") }
    }
  }

  private func finish(_ totals: SweepTotals, _ title: String) {
    print(totals.lines(title))
    #expect(totals.failures.prefix(20) == [], "\(totals.failures.count)")
  }

  // MARK: Items

  @Test func wholeItems() throws {
    for (more, stop) in [(2, true), (20, false)] {
      let field = try Field(more: more, stop: stop)
      var totals = SweepTotals()
      for damage in ItemDamage.allCases where damage != .flip {
        for item in field.items { field.strike(damage, item, item.range, seed: item.range.lowerBound, &totals) }
      }
      finish(totals, "whole items of a file that was \(stop ? "stopped" : "killed")")
    }
  }

  @Test func bitsFlipped() throws {
    try seeded(.flip, cases: Self.casesPerItem * 5 / 2) { item, covered, generator in
      // Mostly where it can be seen.
      let isCovered = !covered.isEmpty && Int.random(in: 0..<8, using: &generator) > 0
      let byte = UInt64.random(in: isCovered ? covered : item.range, using: &generator)
      return byte..<byte + 1
    }
  }

  @Test func atomsOfGarbage() throws { try seeded(.garbage, cases: Self.casesPerItem, parts) }
  @Test func atomsZeroed() throws { try seeded(.zero, cases: Self.casesPerItem, parts) }
  @Test func atomsOfBefore() throws { try seeded(.stale, cases: Self.casesPerItem / 2 + 1, parts) }
  @Test func atomsUnreadable() throws { try seeded(.unreadable, cases: Self.casesPerItem, parts) }

  /// Some atoms of the item.
  private func parts(
    _ item: FileItem, _ covered: Range<UInt64>, _ generator: inout SplitMix64
  ) -> Range<UInt64> {
    let size = UInt64(MemoryStorage.atomSize)
    let start = UInt64.random(in: item.range, using: &generator) / size * size
    let count = UInt64.random(in: 1...4, using: &generator)
    return (start..<start + count * size).clamped(to: item.range)
  }

  private func seeded(
    _ damage: ItemDamage, cases: Int,
    _ part: (FileItem, _ covered: Range<UInt64>, inout SplitMix64) -> Range<UInt64>
  ) throws {
    let field = try Field(more: 20, stop: false)
    var totals = SweepTotals()
    var seed: UInt64 = 0
    for item in field.items {
      for _ in 0..<cases {
        seed += 1
        var generator = SplitMix64(seed: seed)
        field.strike(damage, item, part(item, field.coverage.covered(item), &generator), seed: seed, &totals)
      }
    }
    finish(totals, "seeded, \(damage.rawValue)")
  }

  /// Every byte of every structure, and of the gaps one of 64.
  @Test(.enabled(if: setting("BYTES") != nil)) func everyByte() throws {
    let step = UInt64(Self.setting("BYTES") ?? 1)
    let field = try Field(more: 20, stop: false)
    var totals = SweepTotals()
    let parts = field.items.compactMap { item -> (FileItem, StrideTo<UInt64>)? in
      if case .headerUnit = item.kind { return nil }
      let isGap = if case .gap = item.kind { true } else { false }
      let covered = field.coverage.covered(item)
      return (item, stride(from: covered.lowerBound, to: covered.upperBound, by: Int(isGap ? 64 * step : step)))
    }
    let caseCount = parts.reduce(0) { $0 + $1.1.underestimatedCount }
    let wanted = (Self.setting("FROM") ?? 0)..<(Self.setting("TO") ?? caseCount)
    var index = 0
    for (item, bytes) in parts {
      for byte in bytes {
        if wanted.contains(index) { field.strike(.flip, item, byte..<byte + 1, seed: byte, &totals) }
        index += 1
      }
      // Whoever waits sees how far it is.
      print("sweep: every byte: at \(index) of \(caseCount), \(totals.cases) run, \(totals.failures.count) failures")
    }
    finish(totals, "every byte\(step == 1 ? "" : " of \(step)"), \(wanted) of \(caseCount)")
  }

  // MARK: Lengths

  /// A file cut at each unit's boundary and beside it: that it was cut is said, and nothing of what is still there.
  @Test func everyLength() throws {
    let field = try Field(more: 20, stop: false)
    let unit = UInt64(field.ground.geometry.ioUnit)
    let size = field.ground.superblock.checkpoint.storageSize
    var (cases, failures) = (0, [String]())
    #if DEBUG
      let step = 97 * unit
    #else
      let step = unit
    #endif
    for boundary in stride(from: 0, through: field.ground.storage.byteCount, by: Int(step)) {
      for length in [boundary &- 1, boundary, boundary + 1] where length < field.ground.storage.byteCount {
        let storage = field.ground.storage.snapshot()
        storage.truncate(to: length)
        let report = Verification.run(storage)
        cases += 1
        if let failure = failure(report, length, size) { failures.append("\(length): \(failure)") }
      }
    }
    print("sweep: lengths: \(cases) cases, \(failures.count) failures")
    #expect(failures.prefix(20) == [])
  }

  private func failure(_ report: VerificationReport, _ length: UInt64, _ size: UInt64) -> String? {
    if report.bytes.total != length { return "\(report.bytes.total) bytes are accounted for" }
    if report.superblock == nil {
      let isNamed = report.findings.contains { [.notOurFormat, .superblockNotFound].contains($0.kind) }
      return isNamed && length < UInt64(Superblock.byteCount) ? nil : "\(report.findings)"
    }
    let cut = report.findings.filter { $0.kind == .fileTruncated }.map(\.range)
    if cut != (length < size ? [length..<size] : []) { return "cut: \(cut)" }
    // What the grid grows into is whole blocks.
    let isOver = length > size && (length - size) % UInt64(report.superblock?.geometry.blockSize ?? 1) != 0
    if report.findings.contains(where: { $0.kind == .fileOverLong }) != isOver { return "over-long: \(!isOver)" }
    // Below the cut nothing is missing.
    let alarm = report.findings.first { finding in
      finding.kind != .fileOverLong && finding.range.map { $0.upperBound <= length } ?? false
    }
    return alarm.map { "\($0.kind.name) at \($0.place)" }
  }
}
