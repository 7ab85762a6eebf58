import MKraftForensics
import MKraftStorage
import SystemPackage
import Testing

/// A repair in place that the power cut in the middle.
struct InterruptedRepair {
  /// Writes that complete; of the next one every other atom does.
  private static let writeCount = 5

  /// The file as the power cut left it, and the undo log.
  let file: MemoryStorage
  let log = MemoryStorage()

  /// Begins the repair of what the device holds, as of a file and with an undo log of these paths.
  init(_ storage: MemoryStorage, file path: FilePath, log logPath: FilePath) throws {
    let planning = try RepairPlanner.plan(storage, Verification.run(storage))
    #expect(planning.plan.actions.count == 2)
    try RepairRun.writeLog(planning, of: storage, to: log, path: path.string)
    storage.failPower(afterWrites: Self.writeCount)
    let written = log
    #expect(throws: RepairError.self) {
      try RepairRun.carryOut(try UndoLog(written), on: storage, logPath: logPath.string)
    }
    file = storage.cut { _, atom in atom % 2 == 0 }
  }
}
