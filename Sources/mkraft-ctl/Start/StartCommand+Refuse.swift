internal import MKraftForensics
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftStorage
internal import SystemPackage

extension StartCommand {
  /// Says why no replica starts on the file, item by item. Nothing was written.
  func refuse(
    _ path: FilePath, _ storage: FileStorage, _ refusal: OpeningRefusal, on console: Console
  ) throws(Failure) -> ExitCode {
    if let kind = FileCopyKind(storage) { throw kind.failure("which no replica runs on", of: file) }
    if case .otherMembers(let count) = refusal { throw otherMembers(count) }
    var options = Verification.Options()
    options.scope = [.superblocks, .wal, .replies]
    // What a file that was cut has lost may lie in the grid; otherwise the grid has no part in the refusal.
    if case .truncated = refusal { options.scope = .everything }
    options.findingsLimit = StartCommand.findingsMax
    let report = RefusalReport(file: file, refusal: refusal, verification: Verification.run(storage, options))
    report.render(on: console)
    return report.exitCode
  }

  private func otherMembers(_ count: Int) -> Failure {
    Failure(
      .declined,
      """
      \(OpeningRefusal.otherMembers(count: count).name): the file belongs to a cluster of \(count) members, and a replica of \
      it alone could acknowledge what the others never hear of. 'drill --as-single' reads what it knew from a throwaway copy; \
      running clusters comes with a later release; nothing was written
      """, of: file, next: ShellCommand("drill", "--as-single").path(file))
  }
}
