internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// `map`: a picture of a file, and of where the damage is.
struct MapCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract:
      "Draws a data file: zones, slots of both rings, replies, blocks by what they hold, and where the damage is.",
    discussion: """
      Checks what verify-checksums checks, and draws each item as a character; of a large file several as one, and says how \
      many. --to writes the picture as a page of its own that needs nothing else, for a browser (.html) or a drawing program \
      (.svg). Writes nothing else, takes no lock; a replica may be running on the file. The exit code is the verdict on the file.
      """)

  static let columnsRange = 40...1000

  @Argument(help: "The file to draw.", completion: .file())
  var file: String

  @Option(help: "Write the picture to this new file, whose name ends in .html or .svg.", completion: .file())
  var to: String?

  @Option(help: "Width of the picture in characters. (default: the terminal's, else 80)")
  var columns: Int?

  @Flag(help: "Read from the device, not through the page cache.")
  var direct = false

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  /// Most findings that are drawn and listed.
  static let findingsMax = 10_000

  func execute(on console: Console) throws(Failure) -> ExitCode {
    if let columns, !MapCommand.columnsRange.contains(columns) {
      let range = MapCommand.columnsRange
      throw Failure(.usage, "--columns is \(range.lowerBound) to \(range.upperBound)")
    }
    let page = try to.map { path throws(Failure) in try MapFile(path) }
    let examined = try ExaminedFile(file, cached: !direct)
    let report = try verify(examined, console)
    let code = report.verdict.exitCode
    if code.concludesNothing, console.format == .text, report.superblock == nil, let worst = report.worst {
      throw Failure(code, "\(worst.kind.meaning) (\(worst.kind.name)): \(worst.evidence)", of: file)
    }
    let width = columns ?? max(MapCommand.columnsRange.lowerBound, Terminal(of: .standardOutput).columns)
    let isDrawnAsText = console.format == .text && page == nil
    let limit = isDrawnAsText ? MapText.cellLimit(columns: width) : page?.cellLimit ?? MapPage.cellLimit
    let map = FileMap.draw(examined.storage, report, cellLimit: limit)
    try page?.write(MapPage(path: file, file: examined, map: map))
    MapPage(path: file, file: examined, map: map).render(on: console, columns: width, written: to)
    return code
  }

  private func verify(_ examined: ExaminedFile, _ console: Console) throws(Failure) -> VerificationReport {
    var options = examined.options(.everything, findingsLimit: MapCommand.findingsMax)
    options.supplied = try supplied.supplied(for: examined)
    let bar = console.progress("map", total: examined.byteCount, progress)
    defer { bar.finish() }
    return Verification.run(examined.storage, options) { done, _ in bar.update(done) }
  }
}
