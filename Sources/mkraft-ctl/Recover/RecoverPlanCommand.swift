internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// `recover plan`: what is there, what is lost, what cannot be decided.
struct RecoverPlanCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Plans a recovery, and writes nothing but the plan.",
    discussion: """
      Name the damaged file first, then older copies of it, images, or evidence from 'recover collect'. An entry counts only if \
      the chain of checksums from the checkpoint leads to it, a block only if the state names it by checksum, whichever file it \
      comes from. If two files went different ways since they were copied, none is chosen. An image without keys and values \
      shows what a recovery comes to; to make the file, name the data file instead, or an image made with --with-payloads.
      """)

  @Argument(help: "The damaged file first, then older copies; or evidence.", completion: .file())
  var files: [String]

  @Option(
    name: .customLong("to"), help: "Where the plan is saved, as JSON. Nothing is ever replaced.", completion: .file())
  var target: String?

  @Flag(
    help: """
      Take the damaged file as it stands though a repair of it was begun, when the undo log is lost. It does not show then where \
      the log ended.
      """)
  var abandonRepair = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    let inputs = try RecoverInputs(files, abandoningRepair: abandonRepair, progress, on: console)
    let planning = try inputs.plan(as: .random(), progress, on: console)
    let document = RecoverPlanDocument(inputs: inputs.paths, plan: planning.plan)
    let saved = target.map { absolutePath($0) }
    if let saved { try document.save(to: saved, planning) }
    RecoverPlanPage(document: document, inputs: inputs, planning: planning, saved: saved?.string).render(on: console)
    return planning.exitCode
  }
}
