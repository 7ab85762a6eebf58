import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// A power cut at every write of a repair, of going on with it, and of taking it back: always finishable, always undoable, and no
/// replica starts in between.
@Suite struct RepairCutTests {
  private struct Ground {
    let damaged: MemoryStorage
    let repaired: MemoryStorage
    let log: UndoLog
  }

  /// Damage of all sorts in one file: a copy, both rings, a reply slot, a gap, and the file's length.
  private func ground(_ damage: (SampleFile) -> Void) throws -> Ground {
    let sound = try SampleFile()
    let file = SampleFile(copying: sound)
    damage(file)
    let donor = try RepairRig.backup(sound.storage, of: sound.superblock)
    let planning = try RepairRig.plan(file.storage, [donor])
    #expect(planning.plan.after == .sound, "\(planning.after.findings)")
    let log = try RepairRig.log(planning, of: file.storage)
    let repaired = file.storage.snapshot()
    _ = try RepairRun.carryOut(log, on: repaired, logPath: RepairRig.logPath, expecting: planning.after)
    return Ground(damaged: file.storage, repaired: repaired, log: log)
  }

  private func manyDamages(_ file: SampleFile) {
    file.garbage(file.range(1))
    file.garbage(file.headerRange(5))
    file.garbage(file.prepareRange(7))
    file.storage.flipBit(at: 8 * (file.geometry.replyOffset(slot: 2) + 120))
    // Around the place of a mark.
    let mark = file.geometry.repairMarkRange(copy: 2).lowerBound
    file.garbage(mark - 3000..<mark + 700)
  }

  @Test func everyCutIsFinishedOrTakenBack() throws {
    try enumerate(try ground(manyDamages))
  }

  /// Undoing a finished repair is a repair with old and new exchanged.
  @Test func everyCutOfAnUndo() throws {
    let there = try ground(manyDamages)
    try enumerate(
      Ground(damaged: there.repaired, repaired: there.damaged, log: try RepairRig.reverse(there.log)))
  }

  @Test func everyCutOfALongerFile() throws {
    try enumerate(
      try ground {
        $0.garbage($0.headerRange(3))
        $0.storage.truncate(to: $0.home(3) + 100)
      })
  }

  @Test func everyCutOfAShorterFile() throws {
    try enumerate(
      try ground {
        $0.garbage($0.headerRange(3))
        let end = $0.storage.byteCount
        $0.storage.truncate(to: end + 3 * 512 + 100)
        $0.garbage(end..<end + 1500)
      })
  }

  /// Which atoms of the write in flight survive.
  private static let survivals: [@Sendable (Int) -> Bool] = [
    { _ in false }, { _ in true }, { $0 == 0 }, { $0 > 0 }, { $0 % 2 == 0 },
  ]

  private func enumerate(_ ground: Ground) throws {
    var states = 0
    let found = try cuts(of: ground.damaged) { file throws(RepairError) in
      _ = try RepairRun.carryOut(ground.log, on: file, logPath: RepairRig.logPath)
    }
    for (cut, wasBegun) in found {
      states += 1
      guard RepairMarkScan.find(cut, SampleFile.geometry) != nil else {
        let end = wasBegun ? ground.repaired : ground.damaged
        let isEnd = try RepairRig.difference(cut, end) == nil
        let isStart = try RepairRig.difference(cut, ground.damaged) == nil
        #expect(isEnd || isStart)
        continue
      }
      try checkMarked(cut, ground)
      states += try nested(cut, ground)
    }
    print("power cuts:", states, "states")
    #expect(states > 100)
  }

  private func checkMarked(_ cut: MemoryStorage, _ ground: Ground) throws {
    do throws(OpeningRefusal) {
      _ = try Opening.read(cut)
      Issue.record("a replica starts on a file whose repair is not finished")
    } catch {
      #expect(error.name == "repair-in-progress")
    }
    let finished = cut.snapshot()
    _ = try RepairRun.resume(ground.log, on: finished)
    #expect(try RepairRig.difference(finished, ground.repaired) == nil)
    let back = cut.snapshot()
    try RepairRun.takeBack(ground.log, on: back)
    #expect(try RepairRig.difference(back, ground.damaged) == nil)
  }

  /// A second cut, on the way back and on the way forward.
  private func nested(_ cut: MemoryStorage, _ ground: Ground) throws -> Int {
    var found = try cuts(of: cut, only: [0, 4]) { file throws(RepairError) in
      try RepairRun.takeBack(ground.log, on: file)
    }
    found += try cuts(of: cut, only: [4]) { file throws(RepairError) in
      _ = try RepairRun.resume(ground.log, on: file)
    }
    for (index, (second, _)) in found.enumerated() {
      guard RepairMarkScan.find(second, SampleFile.geometry) != nil else {
        let isStart = try RepairRig.difference(second, ground.damaged) == nil
        let isEnd = try RepairRig.difference(second, ground.repaired) == nil
        #expect(isStart || isEnd)
        continue
      }
      let back = second.snapshot()
      try RepairRun.takeBack(ground.log, on: back)
      #expect(try RepairRig.difference(back, ground.damaged) == nil)
      guard index % 7 == 0 else { continue }
      _ = try RepairRun.resume(ground.log, on: second)
      #expect(try RepairRig.difference(second, ground.repaired) == nil)
    }
    return found.count
  }

  /// The files that power cuts during `work` leave: at each of its writes, with each choice of surviving atoms.
  private func cuts(
    of storage: MemoryStorage, only survivals: [Int] = [0, 1, 2, 3, 4],
    _ work: (MemoryStorage) throws(RepairError) -> Void
  ) throws -> [(MemoryStorage, wasBegun: Bool)] {
    var found: [(MemoryStorage, wasBegun: Bool)] = []
    for count in 0..<1000 {
      let file = storage.snapshot()
      file.failPower(afterWrites: count)
      do throws(RepairError) {
        try work(file)
        return found
      } catch {
        for index in survivals {
          found.append((file.cut { Self.survivals[index]($1) }, count > 0))
        }
      }
    }
    return found
  }
}
