internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// `hexdump`: one structure byte by byte, with the names of its fields and what its checksums cover.
struct HexdumpCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "hexdump",
    abstract: "Shows one structure of a file byte by byte, with the names of its fields and what its checksums cover.",
    discussion: """
      Damaged and cut structures are shown as they stand; bytes that cannot be read are shown as ??. Lines of one field that \
      repeat the one before are drawn together as *. It judges nothing: the exit code is 0 if all of the structure could be \
      read, else 12. explain tells what a replica makes of it.
      """)

  /// `--ring`.
  enum Ring: String, CaseIterable, ExpressibleByArgument {
    case headers, prepares
  }

  /// Bytes shown unless more are asked for: a whole superblock, and of the rest what is more than its beginning.
  static let lengthDefault = ByteCount(16384)

  @Argument(help: "The replica's data file.", completion: .file())
  var file: String

  @OptionGroup var item: ItemOptions

  @Option(help: "Which ring's slot: headers or prepares.")
  var ring: Ring = .prepares

  @Option(help: "Bytes to show at most, from the structure's start.")
  var length: ByteCount = HexdumpCommand.lengthDefault

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard item.count == 1 else { throw Failure(.usage, "name one structure: --superblock, --slot, --block or --reply") }
    let file = try ExaminedFile(self.file, cached: true)
    let range = try place(file)
    let dump = StructureDump.read(file.storage, target, at: range, limit: Int(clamping: length.bytes))
    HexdumpPage(file: file, dump: dump).render(on: console)
    return dump.isWhole ? .sound : .incomplete
  }

  private var target: DumpTarget {
    if let copy = item.superblock { return .superblock(copy) }
    if let slot = item.slot { return ring == .headers ? .header(slot: slot) : .prepare(slot: slot) }
    if let reply = item.reply { return .reply(slot: reply) }
    return .block(item.block ?? 0)
  }

  /// Where it lies. Copy 0 of the superblock is where every file begins.
  private func place(_ file: ExaminedFile) throws(Failure) -> Range<UInt64> {
    if item.superblock == 0 { return 0..<UInt64(Superblock.byteCount) }
    let inspection = SuperblockInspection.read(file.storage)
    guard let geometry = LogSource(inspection.survey)?.superblock.geometry ?? inspection.geometry else {
      throw .placeUnknown(of: self.file, inspection)
    }
    guard let range = target.range(geometry) else {
      throw Failure(.usage, "there is no \(target.title): \(target.choices(geometry))", of: self.file)
    }
    return range
  }
}
