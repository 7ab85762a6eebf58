internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension Failure {
  /// There is no plan for a file. The exit code is the verdict on it.
  init(_ refusal: RepairPlanner.Refusal, _ report: VerificationReport, _ path: FilePath) {
    let code = report.verdict.exitCode
    switch refusal {
    case .inProgress(let log):
      self.init(
        code, "a repair of the file was begun and is not finished; its undo log is \(Escape.text(log))",
        of: path.string, next: ShellCommand("repair", "resume").path(path.string))
    case .readOnly:
      self.init(code, "the file uses a feature that this release may read only; it is not changed", of: path.string)
    case .noSuperblock:
      if code.concludesNothing, let worst = report.worst {
        self.init(code, worst, of: path.string)
        return
      }
      let worst = report.worst.map { ": \($0.kind.meaning) (\($0.kind.name)): \($0.evidence)" } ?? ""
      self.init(
        code, "no superblock tells what belongs in the file, so that nothing can be repaired" + worst, of: path.string,
        next: ShellCommand("inspect-superblock", "--scan").path(path.string))
    }
  }

  /// A repair that was not begun or did not come to its end; `RepairGround.failure` knows more of one that marks its file.
  init(_ error: RepairError, of path: FilePath) {
    switch error {
    case .storage, .notUndone, .misread:
      self.init(.inputOutput, error.words, of: path.string, next: ShellCommand("repair", "resume").path(path.string))
    case .undone: self.init(.inputOutput, error.words, of: path.string)
    case .notAsPlanned:
      self.init(.declined, error.words, of: path.string, next: ShellCommand("verify-checksums").path(path.string))
    case .interrupted: self.init(.interrupted, error.words, of: path.string)
    case .pathTooLong: self.init(.usage, error.words + "; name another with --undo", of: path.string)
    case .filePathTooLong:
      self.init(.usage, error.words + "; rename a directory above it; nothing was written", of: path.string)
    case .log, .otherLog, .notBegun, .movedOn, .superblockMovedOn, .needsCopy, .sourceChanged:
      self.init(.declined, error.words + "; nothing was written", of: path.string)
    }
  }

  /// A file that could not be created.
  init(output path: FilePath, _ error: StorageError) {
    if error.cause == .exists {
      self.init(.cannotCreate, "it exists already, and nothing is ever replaced", of: path.string)
      return
    }
    let isRefused = error.cause == .errno(.permissionDenied) || error.cause == .errno(.notPermitted)
    self.init(isRefused ? .notPermitted : .cannotCreate, "\(error); the file to repair is as it was", of: path.string)
  }
}
