import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// A verification in parts comes to what one in a piece comes to.
@Suite struct ResumeTests {
  /// Runs until nothing is left, each time with a small limit.
  private func runInParts(
    _ storage: any Storage, _ options: Verification.Options, limit: UInt64
  ) -> (report: VerificationReport, parts: Int) {
    var options = options
    options.keepsRest = true
    for part in 1...1000 {
      options.budget = ScanBudget(ScanLimits(byteCount: limit))
      let report = Verification.run(storage, options)
      guard report.stop != nil, let rest = report.rest else { return (report, part) }
      options.resuming = rest
    }
    preconditionFailure("each part goes on by a piece at least")
  }

  @Test func partsAgreeWithTheWhole() throws {
    let run = try GridRun.stopped()
    let map = try GridMap(run.storage)
    let blocks = map.roles.keys.sorted()
    for seed in UInt64(0)..<40 {
      var generator = SplitMix64(seed: seed)
      let storage = run.storage.snapshot()
      for _ in 0..<Int.random(in: 0...5, using: &generator) { damage(storage, map, blocks, using: &generator) }
      var options = Verification.Options()
      if seed % 3 == 0 { options.leafByteCountMax = 6000 }
      if seed % 5 == 4 { options.scope = [.superblocks, .wal, .grid] }
      let whole = Verification.run(storage, options)
      let limit = [1, 300_000, 2_000_000].randomElement(using: &generator) ?? 1
      let (report, parts) = runInParts(storage, options, limit: UInt64(limit))
      #expect(report.conclusions == whole.conclusions, "seed \(seed), \(parts) parts")
      #expect(parts > 1 || limit > 1, "seed \(seed)")
      if parts > 1 {
        guard case .continued(_, let readAgain) = report.resumption, readAgain.isEmpty else {
          Issue.record("seed \(seed): \(report.resumption)")
          continue
        }
      }
    }
  }

  private func damage(
    _ storage: MemoryStorage, _ map: GridMap, _ blocks: [UInt64], using generator: inout SplitMix64
  ) {
    let geometry = GridRun.geometry
    let slot = Int.random(in: 0..<64, using: &generator)
    let block = map.range(blocks.randomElement(using: &generator) ?? 1).lowerBound
    let places: [UInt64] = [
      geometry.prepareOffset(slot: slot), geometry.headerOffset(slot: slot), block, block, 100 << 10,
      geometry.replyOffset(slot: slot % 4),
    ]
    let place = places.randomElement(using: &generator) ?? 0
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: storage.flipBit(at: 8 * (place + UInt64.random(in: 0..<256, using: &generator)))
    case 1: storage.garbage(place..<place + 600, using: &generator)
    case 2: storage.zero(place..<place + 512)
    default: storage.failReads(place..<place + 512, healsWhenWritten: false)
    }
  }

  /// A state of another file, another superblock, another scope: everything is read again, and that is said.
  @Test func aStaleStateStartsOver() throws {
    let file = try SampleFile()
    var options = Verification.Options()
    options.keepsRest = true
    options.budget = ScanBudget(ScanLimits(byteCount: 1))
    let rest = try #require(Verification.run(file.storage, options).rest)
    options.budget = ScanBudget()
    options.resuming = rest
    func reason(_ storage: any Storage, _ options: Verification.Options) -> String {
      let report = Verification.run(storage, options)
      #expect(report.verdict.exitCode == .sound && report.stop == nil && report.bytes.total == storage.byteCount)
      if case .startedOver(let reason) = report.resumption { return reason }
      return "\(report.resumption)"
    }
    #expect(reason(file.storage, options).contains("continued"))
    #expect(reason(try GridRun.stopped().storage, options).contains("superblock sequence 2"))
    var other = options
    other.scope = [.superblocks, .wal]
    #expect(reason(file.storage, other) == "other parts of the file were asked for")
    other = options
    other.readMode = "cached"
    #expect(reason(file.storage, other).contains("--cached"))
    other = options
    other.resuming = Array(rest.dropLast())
    #expect(reason(file.storage, other).contains("damaged"))
    other.resuming = ofAnotherVersion(rest)
    #expect(reason(file.storage, other).contains("none of this release"))
    file.update { $0.commitMax = 3 }
    #expect(reason(file.storage, options).contains("superblock sequence"))
  }

  /// The same state, as a release before this one marked it, with a right checksum.
  private func ofAnotherVersion(_ state: [UInt8]) -> [UInt8] {
    var bytes = Array(state.dropLast(16))
    bytes["mkraft-verify\n".utf8.count] -= 1
    let checksum = Checksum.of(bytes.rawSpan, seed: 0x6D6B_7261_6674_FF01)
    return bytes + (0..<16).map { UInt8(truncatingIfNeeded: checksum >> UInt128(8 * $0)) }
  }

  /// Whatever a state holds, it is refused or gone on with, and never traps.
  @Test func hostileStates() throws {
    let run = try GridRun.stopped()
    run.storage.flipBit(at: 8 * (GridRun.geometry.prepareOffset(slot: 5) + 300))
    var options = Verification.Options()
    options.keepsRest = true
    options.budget = ScanBudget(ScanLimits(byteCount: 2_000_000))
    let rest = try #require(Verification.run(run.storage, options).rest)
    #expect(Verification.isRest(rest) && !Verification.isRest([1, 2, 3]))
    var generator = SplitMix64(seed: 1)
    for _ in 0..<60 {
      var bytes = rest
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      options.resuming = bytes
      options.budget = ScanBudget()
      options.budget.interrupt()
      let report = Verification.run(run.storage, options)
      guard case .startedOver = report.resumption else {
        Issue.record("byte \(index): \(report.resumption)")
        continue
      }
    }
  }
}
