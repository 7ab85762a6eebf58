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
      Slots come in op order from the checkpoint on. Every body is verified; with --headers-only, and with --stats unless \
      --verify-bodies is given, those are taken on trust that reach beyond the first unit of their prepare, and what hangs on \
      them is shown as unverified. Works with any one superblock copy. The end of the log is no error. Ranges are A..B, both \
      ends included, or A.., ..B, A. Times are RFC 3339 (2026-01-31T23:59:59Z), a day (2026-01-31) or how long ago (15m, 2h, 3d).
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
      """, completion: .list(LogFilter.states))
  var state: String?

  @Option(help: "Slots that hold entries of this time or later.")
  var since: TimeArgument?

  @Option(help: "Slots that hold entries of this time or earlier.")
  var until: TimeArgument?

  @Flag(
    help: "Show counts instead of slots: positions, ops left before writes wait, by row, outcome, operation and client."
  )
  var stats = false

  @Flag(help: "With --stats: read every body too.")
  var verifyBodies = false

  @Flag(
    help: """
      Go along with a file in use: show the last entries, then new ones as they become durable, until SIGINT, SIGTERM, the \
      end of --op or of --max-time, or nobody reads.
      """)
  var follow = false

  @Option(help: "With --follow: end after this time (90s, 15m).")
  var maxTime: SpanArgument?

  @Option(help: "What to show of bodies: none, hash, hex or decoded.")
  var payload: Payload = .none

  @Flag(help: "Do not read bodies beyond the first unit of each prepare.")
  var headersOnly = false

  @Flag(help: "Show every slot, also runs of blank ones, and why each decision is what it is.")
  var verbose = false

  @OptionGroup var supplied: SuppliedOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    try checkUsage(console)
    let filter = try self.filter()
    let file = try ExaminedFile(self.file, cached: true)
    guard !follow else { return try follow(file, filter, on: console) }
    let dump = try LogDump(
      file: file, inspection: inspect(file, console), filter: filter, payload: payload,
      wantsStatistics: stats, isVerbose: verbose)
    console.diagnose(dump.findings, of: self.file)
    dump.render(on: console)
    return dump.exitCode
  }

  private func inspect(_ file: ExaminedFile, _ console: Console) throws(Failure) -> LogInspection {
    let supplied = try supplied.supplied(for: file)
    let bar = console.progress("reading the log", total: nil, progress)
    defer { bar.finish() }
    let isLive = file.isLive
    do {
      return try LogInspection.read(
        file.storage, depth: depth, isLive: isLive, isUnsteady: file.isUnsteady, supplied: supplied
      ) { bar.update($0) }
    } catch {
      throw Failure.placeUnknown(of: self.file, SuperblockInspection.read(file.storage), "the log", canBeSupplied: true)
    }
  }

  private var depth: LogInspection.Depth { headersOnly || stats && !verifyBodies ? .headers : .bodies }

  private func checkUsage(_ console: Console) throws(Failure) {
    if verifyBodies && !stats {
      throw Failure(.usage, "--verify-bodies goes with --stats; slots are shown with it anyway")
    }
    if verifyBodies && headersOnly { throw Failure(.usage, "--verify-bodies and --headers-only exclude each other") }
    if stats && payload != .none { throw Failure(.usage, "--stats shows no slots, so that --payload has no place") }
    if maxTime != nil && !follow { throw Failure(.usage, "--max-time goes with --follow") }
    guard follow else { return }
    if stats || state != nil || headersOnly || verbose {
      throw Failure(.usage, "--follow shows entries as they come: without --stats, --state, --headers-only, --verbose")
    }
    if console.format == .json {
      throw Failure(.usage, "--follow has no end that JSON could wait for: say --output ndjson")
    }
  }

  private func filter() throws(Failure) -> LogFilter {
    var filter = LogFilter()
    filter.ops = op?.range
    filter.slots = slot.map { Int(clamping: $0.range.lowerBound)...Int(clamping: $0.range.upperBound) }
    filter.term = term
    filter.client = client?.value
    filter.operation = operation?.number
    if since != nil || until != nil {
      let (first, last) = (since?.nanoseconds ?? 0, until?.nanoseconds ?? .max)
      guard first <= last else { throw Failure(.usage, "--since is later than --until") }
      filter.times = first...last
    }
    if let state {
      guard LogFilter.states.contains(state) else {
        throw Failure(.usage, "no such state; there are: " + LogFilter.states.joined(separator: ", "), of: state)
      }
      filter.state = state
    }
    return filter
  }
}
