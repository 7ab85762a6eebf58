internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// Recovery of the damaged copy into a new file, where no repair is proven to be right.
extension ScenarioDrill {
  /// Makes the new file from the copy alone if that loses nothing, else with the untouched file as an older copy of it. What would
  /// have to be given up is named, and nothing is made: that is for a human to accept.
  /// - Returns: whether there is a file for a replica to be started on.
  func recover(
    _ storage: FileStorage, _ before: VerificationReport, _ result: inout ScenarioResult
  ) throws(Failure) -> Bool {
    result.remedy = .recover
    guard subject.isAlone, let (source, planning) = try time(.repair, &result, { () throws(Failure) in plan(storage) })
    else {
      name(before, in: &result)
      return false
    }
    let losses = planning.plan.acceptances
    guard losses.isEmpty else {
      result.named = losses.map { "recover would lose \($0)" }
      return false
    }
    result.recoveredFrom = source
    try interruption.check()
    try time(.repair, &result) { () throws(Failure) in
      let fork: Fork
      do throws(RecoverUnaccepted) { fork = try planning.fork(accepting: []) } catch {
        throw Failure(.internalError, error.words)
      }
      _ = try fork.create(scratch.recovered, "recover", progress, on: console)
    }
    return true
  }

  /// The plan that loses least, of the copy alone if it loses nothing.
  private func plan(_ storage: FileStorage) -> (DrillRemedy, RecoverPlanning)? {
    let identity = RecoverIdentity.random()
    let bar = console.progress("recover", total: nil, progress)
    defer { bar.finish() }
    func plan(_ backups: [FileStorage]) -> RecoverPlanning? {
      guard let damaged = try? RecoverSource(copy.path.string, storage) else { return nil }
      let older = backups.compactMap { try? RecoverSource(subject.path.string, $0) }
      return try? RecoverPlanner.plan([damaged] + older, as: identity) { bar.update($0) }
    }
    if let alone = plan([]), alone.plan.losses.isEmpty { return (.file, alone) }
    return plan([subject.storage]).map { (.backup, $0) }
  }

  private func name(_ before: VerificationReport, in result: inout ScenarioResult) {
    for (kind, count) in before.counts where kind.exitCode > .degraded {
      let place = before.findings.first { $0.kind == kind }?.place ?? ""
      let more = count > 1 ? ", and \(count - 1) more" : ""
      result.named.append(kind.name + (place.isEmpty ? "" : ": \(place)") + more)
    }
  }
}
