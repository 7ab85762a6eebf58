internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// Repair of the damaged copy, and the way back.
extension ScenarioDrill {
  /// A plan after which a replica serves: from the file alone if that is enough, else with the untouched file as a backup. Nil if
  /// neither is.
  func plan(_ storage: FileStorage, _ before: VerificationReport) -> (DrillRemedy, RepairPlanning)? {
    for remedy in [DrillRemedy.file, .backup] {
      guard let donors = donors(remedy, before),
        let planning = try? RepairPlanner.plan(storage, before, donors: donors), !planning.plan.actions.isEmpty,
        planning.plan.after <= .degraded
      else { continue }
      return (remedy, planning)
    }
    return nil
  }

  private func donors(_ remedy: DrillRemedy, _ before: VerificationReport) -> [RepairDonor]? {
    guard remedy == .backup else { return [] }
    guard let chosen = before.superblockDecision.chosen else { return nil }
    let source = RepairSource(.backup, subject.path.string)
    return (try? RepairDonor(source, subject.storage, for: chosen)).map { [$0] }
  }

  /// Repairs in place, takes it back and looks whether every byte is as it was, and repairs again.
  func repair(
    _ planning: RepairPlanning, _ injection: DrillInjection, _ storage: FileStorage, _ result: inout ScenarioResult
  ) throws(Failure) {
    result.actionCount = planning.plan.actions.count
    result.byteCount = planning.plan.byteCount
    result.repaired = planning.plan.actions.map(\.range) + injector.superblockRanges
    let log = try time(.repair, &result) { () throws(Failure) -> UndoLog in
      let log = try UndoLogFile.create(scratch.undo) { log throws(RepairError) in
        try RepairRun.writeLog(planning, of: storage, to: log, path: copy.path.string)
      }
      try carryOut(log, scratch.undo, storage, planning.after)
      return log
    }
    try interruption.check()
    try time(.undo, &result) { () throws(Failure) in
      let back = try UndoLogFile.create(scratch.redo) { back throws(RepairError) in
        try RepairRun.writeReverse(of: log, to: back, path: copy.path.string)
      }
      try carryOut(back, scratch.redo, storage, nil)
    }
    let touched = injection.ranges(of: subject.storage) + result.repaired
    let place = try time(.compare, &result) { () throws(Failure) in
      try difference(storage, from: injection.damaged(subject.storage), in: touched)
    }
    result.isUndone = place == nil
    if let place {
      throw Failure(.drillFailed, "after the repair was taken back, byte \(place) is not what it was before it")
    }
    try time(.repair, &result) { () throws(Failure) in try carryOut(log, scratch.undo, storage, planning.after) }
    try interruption.check()
  }

  private func carryOut(
    _ log: UndoLog, _ path: FilePath, _ storage: FileStorage, _ expected: VerificationReport?
  ) throws(Failure) {
    do throws(RepairError) {
      _ = try RepairRun.carryOut(log, on: storage, logPath: path.string, expecting: expected)
    } catch { throw Failure(error, of: copy.path) }
  }
}
