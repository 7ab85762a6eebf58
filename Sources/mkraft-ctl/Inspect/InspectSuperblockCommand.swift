internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// `inspect-superblock`: every field of every copy, and what a replica makes of them.
struct InspectSuperblockCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "inspect-superblock",
    abstract: "Shows a file's superblock copies field by field, which of them agree, and what a replica decides.",
    discussion: """
      Needs no quorum and no intact copy. The mark before a field has a column for each copy: | holds the value shown, ! \
      holds it but is damaged, _ holds another, . shows no superblock. The exit code speaks of the superblocks alone.
      """)

  /// `--copy`: one copy, or each by itself.
  enum Copies: ExpressibleByArgument {
    case one(Int)
    case each

    init?(argument: String) {
      if argument == "all" {
        self = .each
      } else {
        guard let copy = Int(argument), (0..<Superblock.copyCount).contains(copy) else { return nil }
        self = .one(copy)
      }
    }
  }

  @Argument(help: "The replica's data file.", completion: .file())
  var file: String

  @Option(help: "Show this copy alone, 0 to 3, or 'all' for each by itself.")
  var copy: Copies?

  @Flag(help: "Look for superblocks at every 1 MiB boundary up to the grid, even if the copies agree.")
  var scan = false

  @Flag(help: "Tell of each field what it is and what it defends against.")
  var explain = false

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let file = try ExaminedFile(self.file, cached: true)
    let inspection = SuperblockInspection.read(file.storage, scanning: scan, supplied: try supplied.supplied(for: file))
    let page = SuperblockPage(
      file: file, inspection: inspection, selections: try selections(inspection), explains: explain,
      findings: inspection.findings)
    console.diagnose(page.findings, of: self.file)
    page.render(on: console)
    return page.exitCode
  }

  /// The places to compare, for each block of fields.
  private func selections(_ inspection: SuperblockInspection) throws(Failure) -> [[Int]] {
    switch copy {
    case nil: return [Array(inspection.places.indices)]
    case .each: return inspection.places.indices.map { [$0] }
    case .one(let copy):
      guard let place = inspection.places.firstIndex(where: { $0.home == copy }) else {
        throw Failure(
          .lost, "where copy \(copy) belongs is not known: no copy tells, and no --geometry or --like", of: self.file,
          next: ShellCommand("inspect-superblock", "--scan").path(self.file))
      }
      return [[place]]
    }
  }
}
