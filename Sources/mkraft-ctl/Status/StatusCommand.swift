internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// `status`: one page on a file.
struct StatusCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tells on one page what is true of a data file, what it means, and what to do next.",
    discussion: """
      Checks what verify-checksums checks, through the page cache. Writes nothing, takes no lock; a replica may be running \
      on the file.
      """)

  @Argument(help: "The file to look at.", completion: .file())
  var file: String

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let examined = try ExaminedFile(file, cached: true)
    var options = examined.options(.everything, findingsLimit: StatusPage.findingsMax)
    options.supplied = try supplied.supplied(for: examined)
    let bar = console.progress("status", total: examined.byteCount, progress)
    let report = Verification.run(examined.storage, options) { done, _ in bar.update(done) }
    bar.finish()
    let code = report.verdict.exitCode
    if code.concludesNothing, console.format == .text, report.superblock == nil, let worst = report.worst {
      throw Failure(code, worst, of: file)
    }
    if examined.image != nil {
      console.diagnostics.warning("this is an image: a replica starts on the file it was made of", of: file)
    }
    StatusPage(path: file, file: examined, report: report).render(on: console)
    return code
  }
}
