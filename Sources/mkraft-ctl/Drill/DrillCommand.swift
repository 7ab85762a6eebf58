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
    abstract: "Rehearses crashes: kills a replica while it writes, and proves that nothing acknowledged is lost.",
    discussion: """
      In a directory of its own it formats a file, runs a replica on it as another process, sends requests over TCP from \
      many sessions at once, and kills the replica with SIGKILL at random moments. The ring of its log wraps, checkpoints \
      are taken, and its state is larger than what it keeps in memory. After each kill the file is examined, a \
      replica is started on it again, and everything that was acknowledged is looked for; requests without an answer are \
      sent again, and must be executed once. Exit 0: nothing was lost and nothing was doubled; 18: something was, and the \
      directory is kept.
      """)

  @Option(help: "How often the replica is killed under load.")
  var kills = 4

  @Option(
    help: "How often the log's ring wraps at least; the smaller the ring, the more checkpoints. 0: no checkpoint.")
  var wraps = DrillPlan.usualWraps

  @Option(help: "Chooses requests and moments; the same seed, the same plan. (default: random)")
  var seed: UInt64?

  @Option(
    help: "Where the drill's directory is made; a disk, for a real rehearsal. (default: where temporary files go)")
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

  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    if let asSingle {
      let fork = SingleFork(file: asSingle, scratch: scratch, listen: listen, isKept: keep, output: output)
      return try fork.run(on: console)
    }
    guard DrillPlan.killsRange.contains(kills) else {
      let range = DrillPlan.killsRange
      throw Failure(.usage, "--kills is \(range.lowerBound) to \(range.upperBound)")
    }
    guard DrillPlan.wrapsRange.contains(wraps) else {
      let range = DrillPlan.wrapsRange
      throw Failure(.usage, "--wraps is \(range.lowerBound) to \(range.upperBound)")
    }
    let plan = DrillPlan(kills: kills, wraps: wraps, seed: seed ?? UInt64.random(in: 1...1_000_000))
    let interruption = DrillInterruption()
    guard let signals = SignalSource(SignalSource.stopSignals + [SIGHUP], action: interruption.came) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { signals.cancel() }
    return try perform(plan, interruption, on: console)
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
