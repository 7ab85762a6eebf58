internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage

/// `verify-checksums`: everything in files that can be checked.
struct VerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify-checksums",
    abstract: "Checks everything in data files: superblock copies, both rings, the chain, replies, blocks, gaps.",
    discussion: """
      Reads what the device holds, not the page cache, and writes nothing but the state of --resume. The exit code is the \
      worst over all files: 12 if a limit was reached, 130 or 143 after a signal; what was found until then is told all \
      the same. A file that a replica is running on is judged as of a checkpoint and a head, which are named.
      """)

  static let schema = JSONSchema("mkraft-ctl-verify-checksums", version: 1)
  /// Most findings that can be listed.
  static let errorsMax = 100_000

  @Argument(help: "The files to check.", completion: .file())
  var files: [String]

  @Flag(help: "Read through the page cache: quicker if a file is in it, but the medium is not looked at.")
  var cached = false

  @Flag(help: "Print nothing if all is sound, else one line a file.")
  var quiet = false

  @Option(help: "Most findings listed for a file; all are counted.")
  var maxErrors = 100

  @Option(
    help: "Check one part only: superblocks, wal, replies, gaps or grid.",
    completion: .list(VerificationScope.allNames))
  var zone: String?

  @Option(
    help: """
      Keep here what a run of one file that ends early has done, and go on from it the next time. Starts over when it is of \
      another file or of an earlier checkpoint; goes when the file was checked to its end. The log is read again from its \
      beginning if entries were written since, and log or grid if damage found in it was mended since; replies and gaps are \
      read again each time. A file in use is judged as of the head that the first run found.
      """, completion: .file())
  var resume: String?

  @OptionGroup var limits: LimitOptions
  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let scope = try self.scope()
    guard (0...VerifyCommand.errorsMax).contains(maxErrors) else {
      throw Failure(.usage, "--max-errors is 0 to \(VerifyCommand.errorsMax)")
    }
    guard resume == nil || files.count == 1 else { throw Failure(.usage, "--resume is for one file") }
    let resume = try resume.map { path throws(Failure) in try ResumeFile(path) }
    let budget = ScanBudget(limits.limits)
    let interruption = VerifyInterruption(budget)
    guard let signals = SignalSource(action: interruption.came) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { signals.cancel() }
    let results = files.map { verify($0, scope, budget, resume, console) }
    for result in results { result.diagnose(on: console) }
    var code = ExitCode.worst(results.map(\.exitCode)) ?? .sound
    if results.contains(where: \.wasInterrupted), let asked = interruption.exitCode { code.raise(to: asked) }
    render(results, code, on: console)
    if let resume { code.raise(to: keep(results, resume, console)) }
    return code
  }

  /// Leaves what the next run needs, or takes away what this one needed.
  private func keep(_ results: [VerifiedFile], _ file: ResumeFile, _ console: Console) -> ExitCode {
    guard case .success(let (_, report)) = results[0].outcome else { return .sound }
    do throws(Failure) {
      if let rest = report.rest {
        try file.save(rest)
      } else if report.stop == nil {
        try file.remove()
      } else {
        console.diagnostics.warning(
          "nothing was kept to go on with: too much is damaged, or no superblock tells what it is of", of: files[0])
      }
      return .sound
    } catch {
      console.report(error)
      return error.code
    }
  }

  private func scope() throws(Failure) -> VerificationScope {
    guard let zone else { return .everything }
    guard let scope = VerificationScope(name: zone) else {
      throw Failure(.usage, "--zone is one of \(VerificationScope.allNames.joined(separator: ", "))", of: zone)
    }
    return scope
  }

  private func verify(
    _ path: String, _ scope: VerificationScope, _ budget: ScanBudget, _ resume: ResumeFile?, _ console: Console
  ) -> VerifiedFile {
    do throws(Failure) {
      let file = try ExaminedFile(path, cached: cached)
      var options = file.options(scope, findingsLimit: maxErrors)
      options.supplied = try supplied.supplied(for: file)
      options.budget = budget
      options.keepsRest = resume != nil
      options.resuming = resume?.state
      options.readMode = file.storage.readMode.rawValue
      let bar = console.progress("verify", total: file.byteCount, progress)
      let report = Verification.run(file.storage, options) { done, _ in bar.update(done) }
      bar.finish()
      return VerifiedFile(path: path, outcome: .success((file, report)))
    } catch {
      return VerifiedFile(path: path, outcome: .failure(error))
    }
  }

  private func render(_ results: [VerifiedFile], _ code: ExitCode, on console: Console) {
    if quiet && code == .sound { return }
    console.render(VerifyCommand.schema) { json in
      json.array("files") { for result in results { result.write(to: json) } }
      json.field("exit", code)
    } text: { page in
      for result in results where !result.exitCode.concludesNothing {
        if quiet { result.writeLine(to: page) } else { result.write(to: page) }
      }
    }
  }
}
