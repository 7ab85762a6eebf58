internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// `repair plan`: what can be brought back, and from what.
struct RepairPlanCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Plans the repair of a data file, and writes nothing but the plan.",
    discussion: """
      The plan names each change: the finding it answers, the bytes, where they come from, the risk, and the rule that makes \
      it sound. It fits only the file as it is now. The exit code is the verdict on the file as it is.
      """)

  @Argument(help: "The damaged file.", completion: .file())
  var file: String

  @Option(
    name: .customLong("to"), help: "Where the plan is saved, as JSON. Nothing is ever replaced.", completion: .file())
  var target: String?

  @OptionGroup var sources: RepairSourceOptions
  @OptionGroup var allowance: RepairAllowance
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let allowed = try allowance.methods()
    let ground = try RepairGround(reading: file)
    let planning = try ground.plan(sources.sources, allowing: allowed, progress, on: console)
    let document = PlanDocument(path: ground.path.string, allowed: allowed, plan: planning.plan)
    if let target { try document.save(to: FilePath(target), planning) }
    PlanPage(document: document, planning: planning, saved: target).render(on: console)
    return planning.plan.before
  }
}
