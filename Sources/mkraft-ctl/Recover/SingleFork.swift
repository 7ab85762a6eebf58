internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `drill --as-single`: runs a throwaway fork of any replica's file as a cluster of its own, to read what that replica knew.
struct SingleFork {
  let file: String
  let scratch: String?
  let listen: AddressArgument
  let isKept: Bool
  let output: OutputOptions

  /// Makes the fork, and runs a replica on it until a signal or a failure ends it.
  func run(on console: Console) throws(Failure) -> ExitCode {
    let examined = try ExaminedFile(file, cached: true, evidenceIsLeft: true)
    if let holder = examined.lockHolder {
      throw Failure(.locked, "it is in use by \(holder); stop the replica first", of: file)
    }
    try check(examined, on: console)
    let (fork, shortfall) = try fork(of: examined)
    let place = try DrillScratch(below: scratch, byteCount: fork.byteCount)
    defer { if !isKept { place.remove() } }
    do throws(Failure) {
      _ = try fork.create(place.file, "fork", ProgressOptions.none, on: console)
    } catch { throw failure(error) }
    tell(shortfall, fork, place, on: console)
    return try start(place.file, on: console)
  }

  /// - Throws: that it is an image which does not hold what a replica knew, or evidence.
  private func check(_ examined: ExaminedFile, on console: Console) throws(Failure) {
    guard let image = examined.storage as? ExaminedImage else {
      guard let kind = FileCopyKind(examined.storage) else { return }
      throw kind.failure("which no fork is made of", of: file)
    }
    guard !image.image.header.isRedacted else {
      throw Failure(.declined, "keys and values were left out of this image; there is nothing to read in it", of: file)
    }
    guard !examined.isUnsteady else { throw Failure(RecoverRefusal.unsteady(path: file)) }
    try image.image.check(file, ProgressOptions.none, on: console)
  }

  private func fork(of examined: ExaminedFile) throws(Failure) -> (Fork, Fork.Shortfall) {
    do throws(Fork.Refusal) {
      return try Fork.single(of: examined.storage, as: Identifier.random(), cluster: Identifier.random())
    } catch {
      switch error {
      case .noSuperblock:
        throw Failure(
          .declined, "no superblock tells what is in it; nothing was written", of: file,
          next: ShellCommand("inspect-superblock", "--scan").path(file))
      case .repairInProgress(let log):
        throw Failure(
          .declined, "a repair of it is not finished; its undo log is \(log); nothing was written", of: file,
          next: ShellCommand("repair", "resume").path(file))
      case .checkpoint(let fault):
        throw Failure(
          .declined,
          "its checkpoint's \(fault.chain.rawValue) cannot be read: block \(fault.address); nothing was written",
          of: file,
          next: ShellCommand("repair").path(file))
      }
    }
  }

  private func failure(_ failure: Failure) -> Failure {
    var failure = failure
    failure.reason = "no fork was made: \(failure.reason)"
    failure.subject = file
    failure.next = ShellCommand("verify-checksums").path(file)
    return failure
  }

  private func tell(_ shortfall: Fork.Shortfall, _ fork: Fork, _ place: DrillScratch, on console: Console) {
    console.diagnostics.warning(
      "a fork of this file, as a cluster of its own, \(fork.cluster.hex): it shows what this replica knew, up to op "
        + "\(fork.head), not what its cluster agreed on; what is written to it is lost to everybody"
        + (isKept ? "; it is kept in \(Escape.text(place.directory.string))" : ""), of: file)
    if let op = shortfall.damagedOp {
      console.diagnostics.warning("the entry of op \(op) is damaged: the fork ends before it", of: file)
    }
    if shortfall.closedSessions > 0 {
      console.diagnostics.warning(
        "\(shortfall.closedSessions) sessions are closed, since their last reply is not there", of: file)
    }
    console.errors.flush()
  }

  private func start(_ path: FilePath, on console: Console) throws(Failure) -> ExitCode {
    let command: StartCommand
    do {
      command = try StartCommand.parse(["--listen", listen.text, "--output", output.format.rawValue, "--", path.string])
    } catch { throw Failure(.usage, StartCommand.message(for: error)) }
    return try command.execute(on: console)
  }
}
