import Glibc
import MKraftFormat
import Testing

/// Every prefix of what a recorded run told its device, with subsets of what was in flight, and with faults at rest on top.
///
/// - `MKRAFT_CRASH_RUNS`: how many runs are recorded.
/// - `MKRAFT_CRASH_SUBSETS`: subsets looked at after each event; 256 for all of them (64 drawn ones beyond 8 atoms).
/// - `MKRAFT_CRASH_FAULTS`: faults put on top of each event.
/// - `MKRAFT_CRASH_EVENTS`: one of so many events is looked at.
/// - `MKRAFT_CRASH_FIRST`: the first run's seed.
/// - `MKRAFT_CRASH_CASE`: the number of one case, which is looked at alone.
@Suite("Crashes at every event of a recorded run")
struct CrashTests {
  /// What a release build looks at in less than a minute; a debug build is much slower.
  #if DEBUG
    static let usual: (runs: UInt64, scope: CrashRun.Scope) = (
      3, .init(subsets: 2, faults: 2, eventInterval: 61)
    )
  #else
    static let usual: (runs: UInt64, scope: CrashRun.Scope) = (3, .init(subsets: 1, faults: 1))
  #endif

  private static func setting(_ name: String) -> UInt64? {
    unsafe getenv("MKRAFT_CRASH_\(name)").flatMap { unsafe UInt64(String(cString: $0)) }
  }

  private static var scope: CrashRun.Scope {
    var scope = usual.scope
    if let subsets = setting("SUBSETS") { scope.subsets = Int(subsets) }
    if let faults = setting("FAULTS") { scope.faults = Int(faults) }
    if let events = setting("EVENTS") { scope.eventInterval = max(1, Int(events)) }
    return scope
  }

  @Test func everyPrefixReopens() throws {
    if let number = CrashTests.setting("CASE") { return try look(at: CrashCase(number)) }
    var sum = CrashSummary()
    let first = CrashTests.setting("FIRST") ?? 1
    for seed in first..<first + (CrashTests.setting("RUNS") ?? CrashTests.usual.runs) {
      let recording = try Recorder.record(seed: seed)
      try #require(recording.violations.isEmpty, "\(recording.violations)")
      check(recording)
      var run = CrashRun(recording)
      try run.run(CrashTests.scope)
      sum.add(recording, run.totals)
      print(sum.line(of: recording, run.totals))
      guard let violation = run.totals.violations.first else { continue }
      Issue.record("\(try CrashShrinker.shrink(violation, run))")
      break
    }
    print(sum.table)
  }

  /// A run must have met what it is about.
  private func check(_ recording: Recording) {
    let totals = recording.totals
    #expect(totals.writes >= 2000 && totals.checkpoints >= 3 && totals.wraps >= 3)
    #expect(totals.evictions > 0 && totals.deepestFlight >= 8 && totals.blockReads > 100)
    #expect(recording.lives.count >= 3 && totals.cuts > 0 && totals.stops > 0)
    #expect(totals.givenUpReads > 0 && totals.treeHeight >= (recording.profile.hasLongKeys ? 3 : 1))
  }

  private func look(at id: CrashCase) throws {
    let recording = try Recorder.record(seed: id.run)
    var run = CrashRun(recording)
    let outcome = try run.judge(id)
    print("\(id): \(outcome)")
    guard case .violation(let what) = outcome else { return }
    Issue.record("\(try CrashShrinker.shrink(CrashViolation(id: id, what: what, depth: .drivenOn), run))")
  }

  /// Whenever a superblock names a checkpoint for the first time, all of it is on disk and is what the model says; and so are all
  /// answers. That is cheap to look at, so more runs are.
  @Test func recordingsAreSound() throws {
    for seed in UInt64(100)..<112 {
      let recording = try Recorder.record(seed: seed)
      #expect(recording.violations.isEmpty)
      guard recording.violations.isEmpty else { break }
    }
  }

  @Test func aCaseIsOneNumber() {
    let id = CrashCase(run: 77, prefix: 123_456, subset: 255, fault: 65_535)
    #expect(CrashCase(id.number) == id)
  }
}
