import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Synchronization
import Testing

/// Limits, with a clock of the test's own.
@Suite struct BudgetTests {
  /// A clock that moves when somebody sleeps.
  private final class Clock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + time }
    var time: Duration { passed.withLock { $0 } }
    func sleep(_ time: Duration) { passed.withLock { $0 += time } }
  }

  private func budget(_ limits: ScanLimits, _ clock: Clock) -> ScanBudget {
    ScanBudget(limits, now: { clock.now }, sleep: { clock.sleep($0) })
  }

  private func run(_ file: SampleFile, _ budget: ScanBudget) -> VerificationReport {
    var options = Verification.Options()
    options.budget = budget
    return Verification.run(file.storage, options)
  }

  /// Reading at a rate takes the time that the bytes take, less those of the last reads.
  @Test func theRateIsKept() throws {
    let file = try SampleFile()
    let clock = Clock()
    let budget = budget(ScanLimits(readRate: 1 << 20), clock)
    let report = run(file, budget)
    #expect(report.verdict.exitCode == .sound && report.stop == nil)
    let seconds = Double(budget.byteCount) / Double(1 << 20)
    let took = Double(clock.time.components.seconds)
    #expect(took <= seconds * 3 && took >= seconds - 8, "\(took) for \(seconds)")
  }

  @Test func theTimeIsKept() throws {
    let file = try SampleFile()
    let report = run(file, budget(ScanLimits(readRate: 1 << 20, time: .seconds(1)), Clock()))
    #expect(report.stop == .timeLimit && report.verdict.exitCode == .incomplete)
    #expect(report.counts.map(\.kind) == [.verificationIncomplete])
    #expect(report.bytes[.notReached] > 0 && report.bytes.total == file.storage.byteCount)
  }

  /// What was not reached is named, and adds up.
  @Test func theBytesAreKept() throws {
    let file = try SampleFile()
    let report = run(file, ScanBudget(ScanLimits(byteCount: 1)))
    #expect(report.stop == .byteLimit && report.verdict.exitCode == .incomplete)
    #expect(report.unchecked.reduce(0) { $0 + $1.byteCount } == report.bytes[.notReached])
    #expect(Set(report.unchecked.map(\.part)).isSubset(of: ["wal", "replies", "gaps", "grid"]))
    #expect(report.worst?.evidence.contains("not checked: ") == true && report.bytes.total == file.storage.byteCount)
  }

  @Test func anInterruptionLeavesAllButTheSuperblocks() throws {
    let file = try SampleFile()
    let budget = ScanBudget()
    budget.interrupt()
    let report = run(file, budget)
    #expect(report.stop == .interrupted && report.verdict.exitCode == .incomplete)
    #expect(Set(report.unchecked.map(\.part)).isSuperset(of: ["wal", "replies", "gaps"]))
    #expect(report.superblock != nil && report.bytes.checked > 0 && report.bytes.total == file.storage.byteCount)
  }

  /// Damage that was met before the limit is told, and what was not read is not called damaged.
  @Test func whatWasFoundIsTold() throws {
    let file = try SampleFile()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 5) + 300))
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 64 - 1) + 10))
    let report = run(file, ScanBudget(ScanLimits(byteCount: 1)))
    let kinds = Set(report.counts.map(\.kind))
    #expect(
      kinds.isSubset(of: [.walPrepareCorrupt, .walPrepareUnusedDamaged, .verificationIncomplete]), "\(report.findings)")
    #expect(kinds.contains(.verificationIncomplete))
  }

  /// A file without superblocks is not called foreign before it was looked through.
  @Test func aFileThatWasNotLookedThroughIsNotForeign() throws {
    let storage = MemoryStorage(byteCount: 16 << 20)
    var options = Verification.Options()
    options.budget = ScanBudget(ScanLimits(byteCount: 1 << 20))
    let report = Verification.run(storage, options)
    #expect(report.counts.map(\.kind) == [.verificationIncomplete] && report.stop == .byteLimit)
    #expect(report.bytes.total == storage.byteCount && report.bytes[.notReached] > 0)
  }
}
