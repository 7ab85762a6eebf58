internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// `repair verify`: whether a plan was carried out.
struct RepairVerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Tells whether a plan was carried out: done, not done, or partly. Writes nothing.",
    discussion: """
      The file is verified as well; the exit code is the verdict on it as it is, also if the plan has no changes to look for.
      """)

  static let schema = JSONSchema("mkraft-ctl-repair-verify", version: 1)

  @Argument(help: "A plan saved by 'repair plan --to'.", completion: .file())
  var plan: String

  @Option(
    help: "Another file to compare, such as a repaired copy. (default: the one that the plan is for)",
    completion: .file())
  var file: String?

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let document = try PlanDocument(reading: plan)
    let ground = try RepairGround(reading: file ?? document.path)
    let count = document.plan.count(in: ground.storage)
    let report = try ground.verify(progress, on: console)
    let state = RepairVerifyCommand.state(count, report)
    console.render(RepairVerifyCommand.schema) { json in
      json.field("path", ground.path)
      json.field("plan", plan)
      json.field("state", state.name)
      json.field("done", count.done)
      json.field("not_done", count.open)
      json.field("other", count.other)
      json.verification(report)
    } text: { page in
      page.heading(Escape.text(ground.path.string))
      page.field("plan", state.name, note: state.words)
      page.field("changes", "\(count.done) done, \(count.open) not done, \(count.other) neither")
      page.verdict(report)
    }
    return report.verdict.exitCode
  }

  private static func state(
    _ count: RepairPlan.Count, _ report: VerificationReport
  ) -> (name: String, words: String) {
    if let mark = report.mark {
      return ("partly", "a repair is not finished; its undo log is \(Escape.text(mark.path))")
    }
    if count.done + count.open + count.other == 0 { return ("no-changes", "the plan has no changes") }
    if count.other > 0 { return ("neither", "the file has moved on since the plan was made") }
    if count.open == 0 { return ("done", "every change is there") }
    return count.done == 0 ? ("not-done", "no change is there") : ("partly", "some changes are there")
  }
}
