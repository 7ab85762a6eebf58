internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `recover apply`: makes the new file of a saved plan.
struct RecoverApplyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Makes the new file of a saved plan.",
    discussion: """
      The plan is made again first; if it comes out otherwise it is stale, or was made without keys and values and knows too \
      little, and nothing is written (exit 15). The same if it loses something that was not accepted. The new file appears under its name when it is complete and verified, with mode \
      0600, and never replaces anything: killed at any point, NEW does not exist. Every structure in it is sealed anew from the \
      proven state, so that it holds nothing else.
      """)

  @Argument(help: "A plan saved by 'recover plan --to'.", completion: .file())
  var plan: String

  @Option(name: .customLong("to"), help: "The new file.", completion: .file())
  var target: String

  @Option(
    name: .customLong("accept-loss"),
    help: "What may be lost, exactly as the plan names it, such as op:57..60. May be given several times.")
  var accepted: [String] = []

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let document = try RecoverPlanDocument(reading: plan)
    let planning = try document.remade(progress, on: console, of: plan).planning
    let fork: Fork
    do throws(RecoverUnaccepted) { fork = try planning.fork(accepting: accepted) } catch {
      throw Failure(.declined, "\(error.words); nothing was written", of: plan)
    }
    let path = absolutePath(target)
    let report = try fork.create(path, "recover", progress, on: console)
    RecoverReport(plan: planning.plan, path: path, report: report).render(on: console)
    return report.verdict.exitCode
  }
}

extension RecoverPlanDocument {
  /// `recover plan` as it was asked for, without files.
  var planning: ShellCommand {
    let plan = ShellCommand("recover", "plan")
    return isAbandoningRepair ? plan.word("--abandon-repair") : plan
  }

  private var isAbandoningRepair: Bool { plan.sources.contains(where: \.isMarked) }

  /// The plan made again from the files as they are.
  /// - Throws: that it is stale.
  func remade(
    _ progress: ProgressOptions, on console: Console, of path: String
  ) throws(Failure) -> (inputs: RecoverInputs, planning: RecoverPlanning) {
    let inputs = try RecoverInputs(
      self.inputs, forBuilding: true, abandoningRepair: isAbandoningRepair, progress, on: console)
    let planning = try inputs.plan(as: plan.identity, progress, on: console)
    let differences = planning.plan.differences(from: plan)
    guard !differences.isEmpty else { return (inputs, planning) }
    // Evidence without keys and values gives the same plan again, whatever became of the files.
    let again = inputs.filePaths.reduce(self.planning) { $0.path($1) }
    let words =
      planning.plan.knowsMore(than: plan)
      ? "the plan was made without keys and values, and from the files themselves more is known; plan again from them"
      : "the plan is stale: it was made for the files in another state"
    var failure = Failure(.declined, "\(words); nothing was written", of: path, next: again)
    failure.details = differences
    throw failure
  }
}

extension Fork {
  /// Makes the file: without a name until it is complete, durable and verified.
  func create(
    _ path: FilePath, _ task: String, _ progress: ProgressOptions, on console: Console
  ) throws(Failure) -> VerificationReport {
    let creation: DataFileCreation
    do throws(StorageError) {
      creation = try DataFileCreation(path)
      // A disk that is too small is to be found out before anything is written.
      do throws(StorageError) { try creation.preallocate(byteCount) } catch {
        guard error.cause == .unsupported else { throw error }
      }
    } catch { throw Failure(output: path, error) }
    let bar = console.progress(task, total: nil, progress)
    defer { bar.finish() }
    let report: VerificationReport
    do throws(ForkError) {
      report = try write(to: creation.storage) { () throws(StorageError) in
        try creation.storage.sync()
      } progress: {
        bar.update($0)
      }
    } catch { throw Failure(error, making: path) }
    do throws(StorageError) { try creation.commit() } catch { throw Failure(output: path, error) }
    return report
  }
}
