internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// `verify-checksums`: everything in files that can be checked.
struct VerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify-checksums",
    abstract: "Checks everything in data files: superblock copies, both rings, the chain, replies, blocks, gaps.",
    discussion: """
      Reads what the device holds, not the page cache, and writes nothing. The exit code is the worst over all files.
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

  @Option(help: "Check one part only: superblocks, wal, replies, gaps or grid.")
  var zone: String?

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let scope = try self.scope()
    guard (0...VerifyCommand.errorsMax).contains(maxErrors) else {
      throw Failure(.usage, "--max-errors is 0 to \(VerifyCommand.errorsMax)")
    }
    let results = files.map { verify($0, scope, console) }
    render(results, on: console)
    return ExitCode.worst(results.map(\.exitCode)) ?? .sound
  }

  private func scope() throws(Failure) -> VerificationScope {
    guard let zone else { return .everything }
    guard let scope = VerificationScope(name: zone) else {
      throw Failure(.usage, "--zone is one of \(VerificationScope.allNames.joined(separator: ", "))", of: zone)
    }
    return scope
  }

  private func verify(_ path: String, _ scope: VerificationScope, _ console: Console) -> VerifiedFile {
    do throws(Failure) {
      let file = try ExaminedFile(path, cached: cached)
      var options = file.options(scope, findingsLimit: maxErrors)
      options.supplied = try supplied.supplied(for: file)
      let bar = console.progress("verify", total: file.byteCount, progress)
      let report = Verification.run(file.storage, options) { done, _ in
        bar.update(done)
      }
      bar.finish()
      return VerifiedFile(path: path, outcome: .success((file, report)))
    } catch {
      return VerifiedFile(path: path, outcome: .failure(error))
    }
  }

  private func render(_ results: [VerifiedFile], on console: Console) {
    for result in results { result.diagnose(on: console) }
    if quiet && results.allSatisfy({ $0.exitCode == .sound }) { return }
    console.render(VerifyCommand.schema) { json in
      json.array("files") { for result in results { result.write(to: json) } }
      json.field("exit", ExitCode.worst(results.map(\.exitCode)) ?? .sound)
    } text: { page in
      for result in results where !result.exitCode.concludesNothing {
        if quiet { result.writeLine(to: page) } else { result.write(to: page) }
      }
    }
  }
}
