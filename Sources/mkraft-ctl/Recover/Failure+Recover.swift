internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension Failure {
  /// Nothing can be recovered from these files.
  init(_ refusal: RecoverRefusal) {
    let code: ExitCode =
      switch refusal {
      case .noSuperblock, .noCheckpoint, .logTooLong: .restorable
      case .notOurs(_, let finding), .copyNotOurs(_, let finding): finding.kind.exitCode
      case .contradiction, .numbersExhausted: .lost
      case .unsteady: .incomplete
      case .repairInProgress, .otherMembers, .otherCluster, .otherReplica, .otherFile, .otherGeometry, .diverged,
        .unconnected, .startedLater, .endedBefore, .identityTaken:
        .declined
      }
    self.init(code, refusal.words + "; nothing was written", of: refusal.path)
    self.refusal = refusal
    switch refusal {
    case .repairInProgress(let path, _):
      next = ShellCommand("repair", "resume").path(path)
      // An older copy is not worth giving up what its repair may have been.
      details = [
        "if that undo log is lost: leave the file out if it is an older copy; if it is the one to recover, "
          + "'recover plan --abandon-repair' takes it as it stands"
      ]
    case .contradiction(let path, _): next = ShellCommand("inspect-superblock", "--scan").path(path)
    case .otherMembers(let path, _): next = ShellCommand("drill", "--as-single").path(path)
    case .noCheckpoint(let rejected):
      details = rejected.map {
        "the checkpoint of op \($0.op), named in \($0.path), is not whole: \($0.finding.name) at \($0.place)"
      }
    default: break
    }
  }

  /// The new file was not made; nothing is left of it.
  init(_ error: ForkError, making path: FilePath) {
    if case .target(let cause) = error, cause.isOutOfSpace || cause.operation == .resize {
      self.init(output: path, cause)
    } else {
      self.init(.inputOutput, "\(error.words); no file was made", of: path.string)
    }
  }
}
