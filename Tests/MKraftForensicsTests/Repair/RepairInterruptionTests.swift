import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// A repair that is asked to end, at every place where it asks whether to: it says where the file stands, and both ways are open.
@Suite struct RepairInterruptionTests {
  private struct Ground {
    let damaged: MemoryStorage
    let repaired: MemoryStorage
    let log: UndoLog
  }

  private func ground() throws -> Ground {
    let file = try SampleFile()
    file.garbage(file.range(1))
    for slot in [3, 5, 7] { file.garbage(file.headerRange(slot)) }
    let planning = try RepairRig.plan(file.storage)
    let log = try RepairRig.log(planning, of: file.storage)
    let repaired = file.storage.snapshot()
    _ = try RepairRun.carryOut(log, on: repaired, logPath: RepairRig.logPath, expecting: planning.after)
    return Ground(damaged: file.storage, repaired: repaired, log: log)
  }

  private func isSame(_ one: MemoryStorage, _ other: MemoryStorage) throws -> Bool {
    try RepairRig.difference(one, other) == nil
  }

  /// So that it is the caller's thread that verifies each piece, and asks after it.
  private func oneThread() -> Verification.Options {
    var options = Verification.Options()
    options.threadCount = 1
    return options
  }

  /// The damaged file with a repair that was asked to end at its question of this number, among its changes.
  private func interrupted(_ ground: Ground, at question: Int) -> MemoryStorage {
    let file = ground.damaged.snapshot()
    var asked = 0
    #expect(throws: RepairError.interrupted(.marked)) {
      try RepairRun.carryOut(ground.log, on: file, logPath: RepairRig.logPath) {
        asked += 1
        return asked == question
      }
    }
    return file
  }

  /// Asks `work` to end at its first question, its second, and so on, until it comes to its end before.
  /// - Returns: where it stood each time.
  private func interrupt(
    _ ground: Ground, from start: MemoryStorage, to end: MemoryStorage,
    _ work: (MemoryStorage, () -> Bool) throws(RepairError) -> Void
  ) throws -> [RepairStop] {
    var stops: [RepairStop] = []
    for limit in 0..<1000 {
      let file = start.snapshot()
      var asked = 0
      var reason: RepairError?
      do throws(RepairError) {
        try work(file) {
          asked += 1
          return asked > limit
        }
      } catch { reason = error }
      guard let reason else {
        #expect(try isSame(file, end))
        return stops
      }
      guard case .interrupted(let stop) = reason else {
        Issue.record("question \(limit): \(reason)")
        return stops
      }
      stops.append(stop)
      try check(file, stop, start, ground)
    }
    Issue.record("it never ends")
    return stops
  }

  private func check(_ file: MemoryStorage, _ stop: RepairStop, _ start: MemoryStorage, _ ground: Ground) throws {
    let isMarked = RepairMarkScan.find(file, SampleFile.geometry) != nil
    #expect(isMarked == (stop != .notBegun))
    guard isMarked else {
      #expect(try isSame(file, start))
      return
    }
    #expect(throws: OpeningRefusal.self) { try Opening.read(file) }
    let finished = file.snapshot()
    _ = try RepairRun.resume(ground.log, on: finished)
    #expect(try isSame(finished, ground.repaired))
    try RepairRun.takeBack(ground.log, on: file)
    #expect(try isSame(file, ground.damaged))
  }

  @Test func aRepairEndsBetweenTwoWrites() throws {
    let ground = try ground()
    let stops = try interrupt(
      ground, from: ground.damaged, to: ground.repaired
    ) { file, isInterrupted throws(RepairError) in
      _ = try RepairRun.carryOut(
        ground.log, on: file, logPath: RepairRig.logPath, oneThread(), isInterrupted: isInterrupted)
    }
    // Before the marks; before each of the four changes; while the file is verified.
    #expect(stops.first == .notBegun && stops.dropFirst().first == .marked, "\(stops)")
    #expect(stops.filter { $0 == .notBegun }.count == 1 && stops.filter { $0 == .marked }.count == 4, "\(stops)")
    #expect(stops.last == .unverified, "\(stops)")
  }

  @Test func goingOnAndGoingBackEndAsWell() throws {
    let ground = try ground()
    let half = interrupted(ground, at: 4)
    let on = try interrupt(ground, from: half, to: ground.repaired) { file, isInterrupted throws(RepairError) in
      _ = try RepairRun.resume(ground.log, on: file, oneThread(), isInterrupted: isInterrupted)
    }
    #expect(on.filter { $0 == .marked }.count == 4 && on.last == .unverified, "\(on)")
    let back = try interrupt(ground, from: half, to: ground.damaged) { file, isInterrupted throws(RepairError) in
      try RepairRun.takeBack(ground.log, on: file, isInterrupted: isInterrupted)
    }
    #expect(back == [.marked, .marked, .marked, .marked])
  }

  @Test func aLogAndACopyAreNotMadeToTheirEnd() throws {
    let file = try SampleFile()
    file.garbage(file.headerRange(5))
    let planning = try RepairRig.plan(file.storage)
    #expect(throws: RepairError.interrupted(.notBegun)) {
      try RepairRun.writeLog(planning, of: file.storage, to: MemoryStorage(), path: "file") { true }
    }
    #expect(throws: RepairError.interrupted(.notBegun)) {
      try RepairCopy.write(planning, to: MemoryStorage(), isInterrupted: { true })
    }
  }

  // MARK: Damage elsewhere

  /// Rot in another slot is no reason not to finish a repair: what it was to write is there.
  @Test func newDamageElsewhereStopsNeitherWay() throws {
    let ground = try ground()
    let half = interrupted(ground, at: 3)
    let place = SampleFile.geometry.prepareOffset(slot: 9) + 300
    for storage in [half, ground.repaired, ground.damaged] { storage.flipBit(at: 8 * place) }
    let finished = half.snapshot()
    let report = try RepairRun.resume(ground.log, on: finished)
    #expect(report.verdict.exitCode == .restorable && ground.log.exitAfter == .sound)
    #expect(try isSame(finished, ground.repaired))

    let back = try RepairRig.reverse(ground.log)
    let undone = try RepairRun.carryOut(back, on: finished, logPath: RepairRig.logPath)
    #expect(undone.verdict.exitCode == .restorable && back.exitAfter == .degraded)
    #expect(try isSame(finished, ground.damaged))
  }

  /// A plan made just now knows the file: whatever is otherwise then is a reason to go back.
  @Test func newDamageUnderAFreshPlanIsNotHidden() throws {
    let file = try SampleFile()
    file.garbage(file.headerRange(5))
    let planning = try RepairRig.plan(file.storage)
    let log = try RepairRig.log(planning, of: file.storage)
    file.storage.flipBit(at: 8 * (SampleFile.geometry.prepareOffset(slot: 9) + 300))
    let before = file.storage.snapshot()
    do throws(RepairError) {
      _ = try RepairRun.carryOut(log, on: file.storage, logPath: RepairRig.logPath, expecting: planning.after)
      Issue.record("a repair after which the file is not as planned was let stand")
    } catch {
      guard case .notAsPlanned = error else { throw error }
      #expect(error.leavesFileAsItWas)
    }
    #expect(try isSame(file.storage, before))
  }
}
