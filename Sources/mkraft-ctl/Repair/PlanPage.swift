internal import MKraftForensics
internal import MKraftOutput

/// What `repair plan` says of a plan.
struct PlanPage {
  /// Actions and findings that a page lists; JSON lists all.
  private static let linesMax = 100

  let document: PlanDocument
  let planning: RepairPlanning
  /// Where the plan was saved.
  let saved: String?

  private var plan: RepairPlan { document.plan }

  func render(on console: Console) {
    console.render(PlanDocument.schema) { json in
      document.write(to: json, planning)
      json.field("saved", saved)
      json.field("next", next?.description)
    } text: { page in
      write(to: page)
    }
  }

  /// Nothing is applied that was not saved and looked at.
  private var next: ShellCommand? {
    guard !plan.isEmpty else { return nil }
    guard let saved else {
      return document.planAgain(to: document.path + ".plan")
    }
    let apply = ShellCommand("repair", "apply").path(saved)
    return plan.needsCopy ? apply.word("--to").path(document.path + ".repaired") : apply.word("--in-place")
  }

  // MARK: Text

  func write(to page: FieldList) {
    page.heading(Escape.text(document.path))
    page.field("verdict", "\(plan.before.name) (\(plan.before.number))", note: plan.before.meaning, plan.before.tone)
    if plan.isEmpty {
      let words =
        planning.declined.isEmpty
        ? "nothing to do: the file needs no repair" : "nothing can be repaired with what there is"
      page.field("plan", words)
    } else {
      let count = plan.actions.count
      page.field("plan", "\(count) \(count == 1 ? "change" : "changes")", note: "\(plan.byteCount) bytes")
      page.field("then", "\(plan.after.name) (\(plan.after.number))", note: plan.after.meaning, plan.after.tone)
    }
    if plan.needsCopy {
      let isFit = !planning.before.counts.contains { $0.kind == .ioUnitTooSmall }
      page.field(
        "medium", isFit ? "fails" : "writes larger units than the file has",
        note: isFit
          ? "the plan is for a copy; the file itself is never written to" : "the plan is for a copy on another device",
        .red)
    }
    for (index, source) in plan.sources.enumerated() {
      page.field("source \(index)", source.role.rawValue, note: Escape.text(source.path))
    }
    writeActions(to: page)
    writeDeclined(to: page)
    guard let next else { return }
    page.heading(saved == nil ? "next: save the plan" : "next: apply the plan")
    page.field(next.description, "")
  }

  private func writeActions(to page: FieldList) {
    guard !plan.actions.isEmpty else { return }
    page.heading("changes")
    for action in plan.actions.prefix(PlanPage.linesMax) {
      page.field(action.method.name, action.method.risk.rawValue, note: place(action), tone(action.method.risk))
      page.field("", "", note: "\(action.method.rule): \(action.method.words)")
    }
    if plan.actions.count > PlanPage.linesMax {
      page.field("and \(plan.actions.count - PlanPage.linesMax) more", "", note: "listed with --output json")
    }
  }

  private func writeDeclined(to page: FieldList) {
    guard !planning.declined.isEmpty || !planning.withheld.isEmpty else { return }
    page.heading("not repaired")
    for declined in planning.declined.prefix(PlanPage.linesMax) {
      let finding = declined.finding
      page.field(finding.kind.name, finding.severity.rawValue, note: finding.place, finding.severity.tone)
      page.field("", "", note: declined.reason)
    }
    let hidden = planning.declined.count - min(planning.declined.count, PlanPage.linesMax)
    if hidden > 0 { page.field("and \(hidden) more", "", note: "listed with --output json") }
    for action in planning.withheld {
      page.field(action.method.name, action.method.risk.rawValue, note: place(action), .yellow)
      page.field("", "", note: "\(action.method.words); made with --allow \(action.method.name)")
    }
  }

  private func place(_ action: RepairAction) -> String {
    var words: [String] = []
    if let copy = action.copy { words.append("copy \(copy)") }
    if let op = action.op { words.append("op \(op)") }
    if let slot = action.slot { words.append("slot \(slot)") }
    if let block = action.block { words.append("block \(block)") }
    words.append("bytes \(action.range.lowerBound)..<\(action.range.upperBound)")
    if let source = action.source { words.append("from source \(source)") }
    words.append("for \(action.finding.name)")
    return words.joined(separator: ", ")
  }

  private func tone(_ risk: RepairMethod.Risk) -> Tone { risk == .safe ? .green : .yellow }
}
