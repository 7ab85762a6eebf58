internal import ArgumentParser
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `recover verify`: whether a plan still fits, and whether a file is what it was to become.
struct RecoverVerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verifies a recovered file, or tells whether a plan still fits and was carried out. Writes nothing.",
    discussion: """
      With a recovered file: everything in it is verified, and said of it is what it was made from. With a plan: whether it \
      comes out the same from the files as they are; with --file, whether that file is the one that it makes. The exit code is \
      the verdict on the file, else that of the plan; 15 if the plan is stale.
      """)

  static let schema = JSONSchema("mkraft-ctl-recover-verify", version: 1)

  @Argument(help: "A plan saved by 'recover plan --to', or a recovered file.", completion: .file())
  var subject: String

  @Option(help: "With a plan: the file that was made.", completion: .file())
  var file: String?

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard try DocumentFile.read(subject, RecoverPlanDocument.schema) != nil else {
      guard file == nil else { throw Failure(.usage, "--file goes with a plan", of: subject) }
      return try verify(subject, nil, on: console)
    }
    let document = try RecoverPlanDocument(reading: subject)
    if let file { return try verify(file, document.plan, on: console) }
    let (inputs, planning) = try document.remade(progress, on: console, of: subject)
    RecoverPlanPage(document: document, inputs: inputs, planning: planning, saved: absolutePath(subject).string)
      .render(on: console)
    return planning.exitCode
  }

  private func verify(_ file: String, _ plan: RecoverPlan?, on console: Console) throws(Failure) -> ExitCode {
    let examined = try ExaminedFile(file, cached: false)
    let bar = console.progress("verify", total: examined.byteCount, progress)
    let report = Verification.run(examined.storage, examined.options(.everything, findingsLimit: 100)) { done, _ in
      bar.update(done)
    }
    bar.finish()
    let differences = plan.map { RecoverVerifyCommand.differences(report, from: $0) } ?? []
    let superblock = report.superblock
    console.render(RecoverVerifyCommand.schema) { json in
      json.field("path", absolutePath(file))
      json.field("plan", plan == nil ? nil : subject)
      json.field("as_planned", plan == nil ? nil : differences.isEmpty)
      json.array("differences") { for difference in differences { json.string(difference) } }
      json.field("lineage", hex: superblock?.lineage)
      json.verification(report)
    } text: { page in
      page.heading(Escape.text(file))
      page.verdict(report)
      if let superblock, superblock.lineage != 0 {
        page.field("made from", hex: superblock.lineage, note: "the file_id of the file before it")
      }
      if let journal = report.journal { page.field("ops", "up to \(journal.head.op)") }
      guard plan != nil else { return }
      page.field("plan", differences.isEmpty ? "it is the file that the plan makes" : "it is not what the plan makes")
      for difference in differences { page.field("", "", note: difference) }
    }
    return differences.isEmpty ? report.verdict.exitCode : max(report.verdict.exitCode, .different)
  }

  /// In what a file is not the one that a plan makes. A replica may have run on it since.
  private static func differences(_ report: VerificationReport, from plan: RecoverPlan) -> [String] {
    guard let superblock = report.superblock else { return ["no superblock tells what it is"] }
    var found: [String] = []
    if superblock.fileID != plan.identity.fileID {
      found.append("file_id is \(superblock.fileID.hex), not \(plan.identity.fileID.hex)")
    }
    if superblock.cluster != plan.clusterAfter {
      found.append("cluster is \(superblock.cluster.hex), not \(plan.clusterAfter.hex)")
    }
    let head = report.journal?.head.op ?? superblock.checkpoint.op
    if head < plan.head.op { found.append("its log ends at op \(head), before op \(plan.head.op)") }
    if superblock.term < plan.term { found.append("its term is \(superblock.term), below \(plan.term)") }
    return found
  }
}
