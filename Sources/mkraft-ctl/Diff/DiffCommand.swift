internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// `diff`: files of replicas compared by meaning.
struct DiffCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares data files of a cluster by meaning: identity, logs, checkpoints; who holds what.",
    discussion: """
      Two replicas of a cluster, a file and its backup, or images of either. What each replica has for itself (its number, vote, \
      sequence) is shown and does not count. A file that is named more than once, under one name or several, is no copy of itself: \
      that is said, and what differs because a replica writes to it meanwhile does not count as a difference.

      Exit code: 0 the same by meaning, 16 they differ; 12 if what differs is one file with itself; the code of a damaged file if \
      that is higher.
      """)

  @Argument(help: "The files to compare: two or more.", completion: .file())
  var files: [String]

  @Flag(help: "Read through the page cache.")
  var cached = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard (2...ReplicaComparison.filesMax).contains(files.count) else {
      throw Failure(.usage, "diff compares 2 to \(ReplicaComparison.filesMax) files")
    }
    var examined: [ExaminedFile] = []
    for path in files { examined.append(try ExaminedFile(path, cached: cached)) }
    let replicas = examined.map { file in
      let bar = console.progress("verify", total: file.byteCount, progress)
      let report = Verification.run(file.storage, file.options(.everything, findingsLimit: 1)) { done, _ in
        bar.update(done)
      }
      bar.finish()
      return ComparedReplica(file.storage, report, identity: file.identity)
    }
    let comparison = ReplicaComparison(replicas)
    let page = DiffPage(paths: files, files: examined, comparison: comparison)
    page.render(on: console)
    return page.exitCode
  }
}
