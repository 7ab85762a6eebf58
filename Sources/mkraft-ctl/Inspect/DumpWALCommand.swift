internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// `dump-wal`: both rings side by side, with the recovery decision for each slot.
struct DumpWALCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "dump-wal",
    abstract: "Shows both rings of the log side by side, and what a replica makes of each slot.",
    discussion: """
      Slots come in op order from the checkpoint on. Every body is verified; with --headers-only those are taken on trust \
      that reach beyond the first unit of their prepare, and what hangs on them is shown as unverified. Works with any one \
      superblock copy. The end of the log is no error. Ranges are A..B, both ends included, or A.., ..B, A.
      """)

  /// `--payload`.
  enum Payload: String, CaseIterable, ExpressibleByArgument {
    case none, hash, hex, decoded
  }

  @Argument(help: "The replica's data file.", completion: .file())
  var file: String

  @Option(help: "Slots of these ops, or that hold entries of them.")
  var op: RangeArgument?

  @Option(help: "These slots.")
  var slot: RangeArgument?

  @Option(help: "Slots that hold entries of this term.")
  var term: UInt64?

  @Option(help: "Slots that hold entries of this client: its id in hexadecimal.")
  var client: Identifier?

  @Option(help: "Slots that hold entries of this operation: a name (noop, register, kv ...) or a number.")
  var operation: OperationArgument?

  @Option(
    help: """
      Slots in this state: a row of the recovery table (intact, torn ...), a decision, a disposition (kept, cut ...), a \
      fault, or header=STATE, prepare=STATE, body=STATE.
      """)
  var state: String?

  @Flag(help: "Add counts by row, disposition, operation and client.")
  var stats = false

  @Option(help: "What to show of bodies: none, hash, hex or decoded.")
  var payload: Payload = .none

  @Flag(help: "Do not read bodies beyond the first unit of each prepare.")
  var headersOnly = false

  @Flag(help: "Show every slot, also runs of blank ones, and why each decision is what it is.")
  var verbose = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let filter = try self.filter()
    let file = try ExaminedFile(self.file, cached: true)
    let dump = try LogDump(
      file: file, inspection: inspect(file, console), filter: filter, payload: payload,
      wantsStatistics: stats, isVerbose: verbose)
    console.diagnose(dump.findings, of: self.file)
    dump.render(on: console)
    return dump.exitCode
  }

  private func inspect(_ file: ExaminedFile, _ console: Console) throws(Failure) -> LogInspection {
    let bar = console.progress("reading the log", total: nil, progress)
    defer { bar.finish() }
    let isLive = file.isLive
    do {
      return try LogInspection.read(file.storage, depth: headersOnly ? .headers : .bodies, isLive: isLive) {
        bar.update($0)
      }
    } catch {
      throw DumpWALCommand.failure(self.file, SuperblockInspection.read(file.storage))
    }
  }

  private func filter() throws(Failure) -> LogFilter {
    var filter = LogFilter()
    filter.ops = op?.range
    filter.slots = slot.map { Int(clamping: $0.range.lowerBound)...Int(clamping: $0.range.upperBound) }
    filter.term = term
    filter.client = client?.value
    filter.operation = operation?.number
    if let state {
      guard LogFilter.states.contains(state) else {
        throw Failure(.usage, "no such state; there are: " + LogFilter.states.joined(separator: ", "), of: state)
      }
      filter.state = state
    }
    return filter
  }

  /// Why there is nothing to show: what is wrong with the superblocks.
  private static func failure(_ file: String, _ page: SuperblockInspection) -> Failure {
    let finding = page.findings.first
    let cause = finding.map { "\($0.kind.meaning) (\($0.kind.name)): \($0.evidence)" } ?? page.reason
    return Failure(
      finding?.kind.exitCode ?? .lost, "where the log is cannot be told; \(cause)", of: file,
      next: finding?.kind.next.command(path: file))
  }
}
