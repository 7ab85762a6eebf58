internal import ArgumentParser
internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import SystemPackage

/// `drill`: rehearses crash and recovery on a throwaway file, and proves that nothing acknowledged is lost.
struct DrillCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Rehearses crashes and damages, and proves that nothing acknowledged is lost.",
    discussion: """
      Alone it rehearses crashes: in a directory of its own it formats a file, runs a replica on it as another process, sends \
      requests over TCP from many sessions at once, and kills the replica with SIGKILL at random moments. The ring of its log \
      wraps, checkpoints are taken, and its state is larger than what it keeps in memory. After each kill the file is \
      examined, a replica is started on it again, and everything that was acknowledged is looked for; requests without an \
      answer are sent again, and must be executed once.

      With FILE or --scenario it rehearses damages, on a copy of FILE or of a file that it generates; FILE is only read. For \
      each scenario the copy is damaged and examined, and repaired from itself or, where that is not enough, with FILE as a \
      backup; the repair is taken back, which must restore every byte, and made again; a replica is started on the result, \
      and must answer every key and session as a replica on the untouched copy did. Where no repair is proven to be right, \
      'recover' makes a new file of the copy and, if need be, FILE; what would be lost even then is named, and not given up. \
      --list tells what each scenario does and how it must come out.

      Exit 0: nothing was lost, nothing was doubled, and every scenario came out as it must; 18: otherwise, and the directory \
      is kept.
      """)

  @Argument(
    help: "A data file to rehearse damages on a copy of. (default: crashes, on a new file)", completion: .file())
  var file: String?

  @Option(
    name: .customLong("scenario"),
    help: "A damage to rehearse, or all. May be given several times. (default: all, if there is FILE)",
    completion: .list([DrillCommand.every] + DrillScenario.allCases.map(\.name)))
  var scenarios: [String] = []

  @Flag(help: "List the scenarios, what they do and how they must come out.")
  var list = false

  @Option(help: "How often the replica is killed under load. (default: 4)")
  var kills: Int?

  @Option(
    help:
      "How often the log's ring wraps at least; the smaller the ring, the more checkpoints. 0: no checkpoint. (default: \(DrillPlan.usualWraps))"
  )
  var wraps: Int?

  @Option(help: "Chooses requests, moments and places; the same seed, the same plan. (default: random)")
  var seed: UInt64?

  @Option(
    help: "Where the drill's directory is made; a disk, for a real rehearsal. (default: where temporary files go)",
    completion: .directory)
  var scratch: String?

  @Flag(help: "Keep the drill's directory even if nothing is wrong.")
  var keep = false

  @Option(
    help: """
      Instead: run a throwaway fork of this replica's file as the only replica of a new cluster, to read what it knew, until \
      SIGTERM. The file stays as it is, and the fork never rejoins.
      """, completion: .file())
  var asSingle: String?

  @Option(help: "With --as-single: where the replica listens.")
  var listen: AddressArgument = AddressArgument(argument: "127.0.0.1:0")

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  private static let usualKills = 4

  func execute(on console: Console) throws(Failure) -> ExitCode {
    if let asSingle {
      guard file == nil, scenarios.isEmpty, !list, kills == nil, wraps == nil, seed == nil else {
        throw Failure(.usage, "--as-single goes with --listen, --scratch and --keep, and with nothing else of a drill")
      }
      let fork = SingleFork(file: asSingle, scratch: scratch, listen: listen, isKept: keep, output: output)
      return try fork.run(on: console)
    }
    let isOfDamages = file != nil || !scenarios.isEmpty
    guard !isOfDamages && !list || kills == nil && wraps == nil else {
      throw Failure(.usage, "--kills and --wraps go with a drill of crashes, without FILE, --scenario and --list")
    }
    if list {
      guard !isOfDamages else { throw Failure(.usage, "--list goes alone") }
      ScenarioList.render(on: console)
      return .sound
    }
    let chosen = try chosenScenarios()
    let plan = isOfDamages ? nil : try killPlan()
    let interruption = DrillInterruption()
    guard let signals = SignalSource(SignalSource.stopSignals + [SIGHUP], action: interruption.came) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { signals.cancel() }
    guard let plan else { return try rehearse(chosen, seed: usedSeed, interruption, on: console) }
    return try perform(plan, interruption, on: console)
  }

  private var usedSeed: UInt64 { seed ?? UInt64.random(in: 1...1_000_000) }

  private func killPlan() throws(Failure) -> DrillPlan {
    let (kills, wraps) = (kills ?? DrillCommand.usualKills, wraps ?? DrillPlan.usualWraps)
    guard DrillPlan.killsRange.contains(kills) else {
      let range = DrillPlan.killsRange
      throw Failure(.usage, "--kills is \(range.lowerBound) to \(range.upperBound)")
    }
    guard DrillPlan.wrapsRange.contains(wraps) else {
      let range = DrillPlan.wrapsRange
      throw Failure(.usage, "--wraps is \(range.lowerBound) to \(range.upperBound)")
    }
    return DrillPlan(kills: kills, wraps: wraps, seed: usedSeed)
  }

  private func perform(
    _ plan: DrillPlan, _ interruption: DrillInterruption, on console: Console
  ) throws(Failure) -> ExitCode {
    let scratch = try DrillScratch(below: scratch, byteCount: plan.geometry.fileSizeAtFormat)
    if console.format == .text {
      console.out.write("drill: seed \(plan.seed), kills \(plan.rounds.count), wraps \(plan.wraps), in ")
      console.out.writeEscaped(scratch.directory.string)
      console.out.write("\n\n")
      console.out.flush()
    }
    let run: DrillRun
    do throws(Failure) { run = try DrillRun(plan, in: scratch, interruption, on: console) } catch {
      scratch.remove()
      throw error
    }
    var failure: Failure?
    do throws(Failure) { try run.perform() } catch { failure = error }
    return conclude(run, failure, on: console)
  }

  private func conclude(_ run: DrillRun, _ failure: Failure?, on console: Console) -> ExitCode {
    let ledger = run.clients.ledger
    // An interrupted drill has shown nothing that is worth its space.
    let isInterrupted = failure.map { [.interrupted, .terminated].contains($0.code) } ?? false
    let hasFailed = ledger.faultCount > 0 || failure != nil && !isInterrupted
    let report = DrillReport(
      run: run, ledger: ledger, elapsed: run.account.elapsed, failure: failure, isKept: keep || hasFailed)
    if !report.isKept { run.scratch.remove() }
    report.render(on: console)
    if let failure { console.report(failure) }
    if let fault = ledger.faults.first {
      console.diagnostics.error("\(fault)", of: run.scratch.file.string)
    }
    return report.exitCode
  }
}
