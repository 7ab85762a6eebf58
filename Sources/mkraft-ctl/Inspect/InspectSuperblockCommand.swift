internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

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

    static var defaultCompletionKind: CompletionKind { .list((0..<Superblock.copyCount).map { String($0) } + ["all"]) }

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

  @Flag(
    help: """
      Write the 16 KiB of the copy named by --copy as they stand, to a file or a pipe; with --output json add the bytes of \
      every place in hexadecimal.
      """)
  var raw = false

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let file = try ExaminedFile(self.file, cached: true)
    let inspection = SuperblockInspection.read(
      file.storage, scanning: scan, supplied: try supplied.supplied(for: file), isLive: file.lockHolder != nil,
      isUnsteady: file.isUnsteady)
    let page = SuperblockPage(
      file: file, inspection: inspection, selections: try selections(inspection), explains: explain, wantsRaw: raw,
      findings: inspection.findings)
    console.diagnose(page.findings, of: self.file)
    if raw && console.format == .text {
      try writeRaw(page, on: console)
    } else {
      page.render(on: console)
    }
    return page.exitCode
  }

  /// - Throws: wrong usage, or there is nothing to write.
  private func writeRaw(_ page: SuperblockPage, on console: Console) throws(Failure) {
    guard case .one(let copy) = copy, let place = page.selections.first?.first else {
      throw Failure(.usage, "--raw writes one copy: name it with --copy K")
    }
    guard !Terminal(of: .standardOutput).isInteractive else {
      throw Failure(.usage, "--raw writes bytes that a terminal would obey: send them to a file or a pipe")
    }
    guard let bytes = page.inspection.places[place].bytes else {
      let reason = page.inspection.places[place].reason ?? "nothing can be read there"
      throw Failure(page.exitCode, "copy \(copy) cannot be written out: \(reason)", of: file)
    }
    console.out.write(bytes.span)
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
