internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// The file that scenarios are rehearsed with: it is copied, and stays as it is.
struct ScenarioSubject {
  let path: FilePath
  let storage: FileStorage
  /// As it was before anything was done.
  let stamp: FileStamp
  let report: VerificationReport
  let superblock: Superblock
  /// Of the grid, for the replicas; nil for what they take by themselves.
  let cacheByteCount: UInt64?
  /// Of a generated file: what its clients were told.
  let clients: DrillClients?

  /// - Throws: why no drill can begin with it.
  init(
    _ path: FilePath, cacheByteCount: UInt64? = nil, clients: DrillClients? = nil, _ progress: ProgressOptions,
    on console: Console
  ) throws(Failure) {
    self.path = path
    let examined = try ExaminedFile(path.string, cached: true)
    if let holder = examined.lockHolder {
      throw Failure(
        .locked, "it is in use by \(holder); drill with a copy of it, or when the replica is stopped", of: path.string)
    }
    if let image = examined.image {
      throw FileCopyKind.image(image).failure("and a drill begins with a data file", of: path.string)
    }
    guard let storage = examined.storage as? FileStorage else {
      preconditionFailure("what is no image is a file by itself")
    }
    guard let stamp = storage.stamp else { throw Failure(.inputOutput, "it cannot be looked at", of: path.string) }
    (self.storage, self.stamp) = (storage, stamp)
    let bar = console.progress("verify", total: storage.byteCount, progress)
    report = Verification.run(storage, RepairPlanner.options(Verification.Options())) { done, _ in bar.update(done) }
    bar.finish()
    guard report.verdict.exitCode <= .degraded, let superblock = report.superblockDecision.chosen else {
      throw ScenarioSubject.damaged(report, path)
    }
    self.superblock = superblock
    self.cacheByteCount = cacheByteCount
    self.clients = clients
  }

  private static func damaged(_ report: VerificationReport, _ path: FilePath) -> Failure {
    let code = report.verdict.exitCode
    let worst = report.worst.map { ": \($0.kind.meaning) (\($0.kind.name))" } ?? ""
    return Failure(
      code, "a drill begins with a sound file; the verdict on this one is \(code.name)" + worst, of: path.string,
      next: ShellCommand("status").path(path.string))
  }

  /// Whether a replica runs alone on it.
  var isAlone: Bool { superblock.members.count == 1 }

  /// - Throws: that somebody changed it.
  func checkUnchanged() throws(Failure) {
    guard storage.stamp == stamp else {
      throw Failure(
        .incomplete, "it changed while the drill went on, so that nothing can be concluded", of: path.string)
    }
  }
}
