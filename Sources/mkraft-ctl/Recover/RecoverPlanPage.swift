internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// What `recover plan` says of a plan.
struct RecoverPlanPage {
  let document: RecoverPlanDocument
  let inputs: RecoverInputs
  let planning: RecoverPlanning
  /// Where the plan was saved.
  let saved: String?

  private var plan: RecoverPlan { document.plan }

  func render(on console: Console) {
    console.render(RecoverPlanDocument.schema) { json in
      document.write(to: json, planning)
      json.field("saved", saved)
      json.array("redacted_images") { for path in inputs.redactedImages { json.string(path) } }
      json.field("next", next.description)
    } text: { page in
      write(to: page)
    }
  }

  /// Nothing is made that was not saved and looked at, nor before it is known to be needed.
  private var next: ShellCommand {
    if !inputs.redactedImages.isEmpty { return again }
    if isNothingToDo { return ShellCommand("verify-checksums").path(plan.sources[0].path) }
    guard let saved else {
      let command = document.planning.word("--to").path(document.inputs[0] + ".recovery")
      return document.inputs.reduce(command) { $0.path($1) }
    }
    let apply = ShellCommand("recover", "apply", "--to").path(document.inputs[0] + ".recovered")
    return plan.acceptances.reduce(apply) { $0.word("--accept-loss").word($1) }.path(saved)
  }

  /// The same plan, with data files in the place of images that nothing is made of.
  private var again: ShellCommand {
    document.inputs.reduce(document.planning) { command, path in
      inputs.redactedImages.contains(path) ? command.word("DATA-FILE") : command.path(path)
    }
  }

  /// Whether there is a file that may do as it is. An image does for nothing but to make one of it.
  private var isNothingToDo: Bool { planning.lacksNothing && !inputs.isOfImage }

  private func write(to page: FieldList) {
    page.heading(Escape.text(document.inputs[0]))
    let code = planning.exitCode
    page.field("verdict", "\(code.name) (\(code.number))", note: words, code.tone)
    for (index, source) in plan.sources.enumerated() { write(source, index, to: page) }
    for image in inputs.redactedImages {
      page.field(
        "no source", Escape.text(image),
        note: "keys and values were left out of this image: the plan cannot be applied from it", .yellow)
    }
    page.heading("the new file")
    page.field(
      "checkpoint", "op \(plan.checkpointOp)", note: "from file \(plan.base), with blocks from any that has them")
    for rejected in planning.rejected {
      page.field(
        "not whole", "op \(rejected.op)",
        note: "\(rejected.finding.name) at \(rejected.place) in \(Escape.text(rejected.path))", .yellow)
    }
    page.field("there", there)
    page.field(
      "reached", "op \(plan.provenOp)",
      note: "known of the log, by headers, commit stamps, superblocks and stored replies")
    page.field("term", "\(plan.term)", note: "above every term seen")
    page.field("size", ByteCount(plan.byteCount).description)
    let cluster = plan.losses.isEmpty ? "as before" : "new, since something is lost"
    page.field("cluster", hex: plan.clusterAfter, note: cluster)
    writeLosses(to: page)
    page.heading("next: \(nextWords)")
    page.field(next.description, "")
  }

  private var nextWords: String {
    if !inputs.redactedImages.isEmpty {
      return "plan with the data file in the image's place, or with an image of it made with --with-payloads"
    }
    if isNothingToDo { return "see whether the file starts as it is; then nothing has to be recovered" }
    let step = saved == nil ? "save the plan" : "make the file"
    return planning.lacksNothing ? step + ", if the file that the image is of is not there" : step
  }

  private var words: String {
    if planning.lacksNothing { return "nothing is lost, and the first file has all of it" }
    return plan.losses.isEmpty ? "nothing is lost" : "something is lost, and nobody has accepted it"
  }

  private var there: String {
    plan.head.op == plan.checkpointOp
      ? "all up to op \(plan.head.op)"
      : "all up to op \(plan.head.op): the checkpoint, and the entries of ops \(plan.checkpointOp + 1)..\(plan.head.op)"
  }

  private func write(_ source: RecoverPlan.Source, _ index: Int, to page: FieldList) {
    var notes = [source.sequence.map { "sequence \($0)" } ?? "no superblock copy is left"]
    notes.append("\(source.entryCount) \(source.entryCount == 1 ? "entry" : "entries") taken")
    if source.isRedacted { notes.append("without keys and values") }
    if source.isLive { notes.append("read while a replica ran: it does not show where the log ended") }
    if source.isMarked { notes.append("a repair of it was begun and given up: it does not show where the log ended") }
    page.field("file \(index)", Escape.text(source.path), note: notes.joined(separator: ", "))
  }

  private func words(_ ops: ClosedRange<UInt64>) -> String {
    guard let last = RecoverLoss.last(of: ops) else { return "ops from \(ops.lowerBound) on" }
    return ops.count == 1 ? "op \(last)" : "ops \(ops.lowerBound)..\(last)"
  }

  private func writeLosses(to page: FieldList) {
    guard !plan.losses.isEmpty else { return }
    page.heading("lost")
    for loss in plan.losses {
      switch loss {
      case .ops(let ops, let cause):
        page.field(words(ops), cause.rawValue, note: cause.words, .red)
      case .reply(let slot, let op):
        page.field(
          "reply \(slot)", "missing",
          note: "the answer to \(op.map { "op \($0)" } ?? "a session's last request"); the session is closed", .red)
      }
    }
  }
}
