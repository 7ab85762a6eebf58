internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// What `explain FILE` says of one item.
struct ItemPage {
  static let schema = JSONSchema("mkraft-ctl-explain", version: 1)

  let file: ExaminedFile
  let explanation: ItemExplanation

  func render(on console: Console) {
    console.diagnose(explanation.findings, of: file.path.string)
    console.render(ItemPage.schema) { json in
      write(to: json)
    } text: { page in
      write(to: page)
    }
  }

  /// What the item is called: by what was found, not by what was asked for.
  var title: String {
    switch explanation.detail {
    case .superblock(let inspection, let place): "superblock copy \(inspection.places[place].home ?? 0)"
    case .slot(let slot): "slot \(slot.row.slot), for op \(slot.row.op)"
    case .reply(let reply): "reply slot \(reply.slot)"
    case .block(let block): "block \(block.address)"
    }
  }

  /// Whether a replica refuses to start, as far as this look goes.
  var isStartRefused: Bool {
    switch explanation.detail {
    case .slot(let slot): slot.inspection.isStartRefused
    case .superblock(let inspection, _): inspection.isStartRefused
    case .reply, .block: explanation.report.verdict.start.reason != nil
    }
  }

  /// The finding to act on: the worst, if it is more than a note.
  private var concern: Finding? { explanation.findings.first { $0.severity > .note } }

  var nextWords: String {
    if let concern { return concern.next(startRefused: isStartRefused).words }
    return explanation.hasOtherConcern ? "nothing to do here; something else needs attention" : NextStep.nothing.words
  }

  var next: ShellCommand? {
    let path = file.path.string
    guard let concern else { return explanation.hasOtherConcern ? ShellCommand("status").path(path) : nil }
    let step = concern.next(startRefused: isStartRefused)
    // Those lead here.
    let leadHere: [NextStep] = [.restoreReferrer, .decideOnState]
    return step == concern.next && !leadHere.contains(step) ? concern.command(path: path) : nil
  }

  // MARK: Text

  private func write(to page: FieldList) {
    page.heading(title)
    page.file(file)
    for (target, range) in explanation.structures {
      page.field(target.title, "bytes \(range.lowerBound)..<\(range.upperBound)")
    }
    writeStanding(to: page)
    page.heading("why")
    for reason in explanation.reasons { page.field("-") { $0.writeVisible(reason) } }
    if case .slot(let slot) = explanation.detail { writeDecision(slot, to: page) }
    page.heading("findings that touch it")
    if explanation.findings.isEmpty { page.field("none", "") }
    for finding in explanation.findings { write(finding, to: page) }
    if explanation.otherCount > 0 {
      page.field("elsewhere", "\(explanation.otherCount) more", note: "in what was verified for this")
    }
    page.heading("next: \(nextWords)")
    if let next { page.field(next.description, "") }
  }

  private func write(_ finding: Finding, to page: FieldList) {
    page.field(finding.kind.name, finding.severity.rawValue, note: finding.place, finding.severity.tone)
    page.field("  means", finding.kind.meaning)
    page.field("  evidence") { $0.writeVisible(finding.evidence) }
    if let expected = finding.expected { page.field("  expected", expected.description) }
    if let actual = finding.actual { page.field("  actual", actual.description) }
    page.field("  cause", finding.likelyCause)
    page.field("  at risk", finding.kind.risk)
    page.field("  danger", finding.kind.entry.danger)
  }

  private func writeDecision(_ slot: SlotExplanation, to page: FieldList) {
    let row = slot.row
    page.heading("decision")
    page.field("row", row.rule.name, note: slot.ruleWords)
    page.field("a replica alone", row.decisionIfBodyIsRight.rawValue, note: slot.decisionWords)
    page.field("one of several", row.rule.several.rawValue, note: slot.severalWords)
    page.field(
      "have", row.rule.have ? "yes" : "no", note: row.rule.have ? "the content can be used" : "no usable content")
    page.field("nack", row.rule.nack.rawValue, note: slot.nackWords)
    page.field("outcome", row.disposition.name, note: slot.outcomeWords, row.fault == nil ? .plain : .red)
    let log = slot.inspection.decision
    if !slot.inspection.isStartRefused {
      page.field("the whole log", "starts", note: "head op \(log.head.op)", .green)
    } else {
      page.field("the whole log", "refused", note: refusalWords(slot.inspection), .red)
    }
  }

  private func refusalWords(_ inspection: LogInspection) -> String {
    let faults = inspection.decision.faultCount
    if faults > 0 { return "\(faults) \(faults == 1 ? "fault" : "faults")" }
    if inspection.mark != nil { return "a repair is in progress" }
    if !inspection.source.isChosen { return "the superblock is refused" }
    return inspection.aheadWords ?? ""
  }

  private func writeStanding(to page: FieldList) {
    page.heading("what stands there")
    switch explanation.detail {
    case .superblock(let inspection, let index): write(inspection.places[index], to: page)
    case .slot(let slot):
      write("header ring", slot.row.evidence.validHeader, slot.row.evidence.header.defect, slot.row, to: page)
      write("prepare ring", slot.row.prepareHeader, slot.row.evidence.prepare.defect, slot.row, to: page)
    case .reply(let reply):
      page.field(
        "reply", reply.defect ?? reply.header.map { $0.kind.name } ?? "nothing", reply.defect == nil ? .plain : .red)
      if let header = reply.header, header.kind == .reply {
        page.field("checksum", hex: header.checksum)
        page.field("size", "\(header.size) B")
      }
      if let record = reply.record { page.field("expected", hex: record.replyChecksum, note: "by the checkpoint") }
    case .block(let block): write(block, to: page)
    }
  }

  private func write(_ place: SuperblockPlace, to page: FieldList) {
    page.field("state", place.state.rawValue, place.state == .current ? .green : .yellow)
    if let superblock = place.superblock {
      page.field("sequence", decimal: superblock.sequence)
      page.field("checksum", hex: superblock.checksum)
      page.field("parent", hex: superblock.parent)
      page.field("term", decimal: superblock.term)
      page.field("checkpoint", "op \(superblock.checkpoint.op)")
    }
    if let defect = place.defect { page.field("defect", defect, .red) }
    for invariant in place.broken.elements { page.field("broken", invariant.name, note: invariant.statement, .red) }
  }

  private func write(_ ring: String, _ header: PrepareHeader?, _ defect: String?, _ row: LogRow, to page: FieldList) {
    var words: [String] = []
    if let header { words.append(header.summary) }
    if let defect { words.append(defect) }
    // That a body is the wrong one is the defect.
    if ring == "prepare ring", row.body != .none, row.body != .mismatch { words.append("body \(row.body.rawValue)") }
    page.field(ring, defect == nil ? .plain : .red) { $0.writeVisible(words.joined(separator: "; ")) }
    if let header, header.kind == .prepare {
      page.field("", "checksum \(header.checksum.hex), parent \(header.parent.hex)")
    }
  }

  private func write(_ block: BlockExplanation, to page: FieldList) {
    page.field("use", block.use.rawValue, note: "by checkpoint \(block.checkpoint)")
    if let header = block.header {
      page.field("type", header.typeName)
      page.field("checksum", hex: header.checksum)
      page.field("interval", decimal: header.birth)
      page.field("size", "\(header.size) B")
    }
    if let defect = block.defect { page.field("defect", defect, .red) }
    guard let referrer = block.referrer else { return }
    page.field("referred to by", referrer.block.map { "block \($0)" } ?? "the superblock")
    page.field("expected", hex: referrer.expected)
    if let key = referrer.key { page.field("value of key") { $0.writeKey(key) } }
    if let keys = referrer.keys {
      page.field("keys from") { keys.lower.isEmpty ? $0.write("the first on" as String) : $0.writeKey(keys.lower) }
      page.field("keys below") { keys.upper.isEmpty ? $0.write("no bound" as String) : $0.writeKey(keys.upper) }
    }
  }
}

extension ByteSink {
  /// A key; of a long one the beginning and the end, for neighbours tend to begin alike.
  fileprivate func writeKey(_ key: [UInt8]) {
    let part = 32
    guard key.count > 2 * part else { return writeEscaped(key.span) }
    writeEscaped(key.span.extracting(0..<part))
    write("..." as String)
    writeEscaped(key.span.extracting(key.count - part..<key.count))
    write(" (\(key.count) bytes)" as String)
  }
}

extension PrepareHeader {
  /// An entry in a few words.
  fileprivate var summary: String {
    guard kind == .prepare else { return kind == .unknown ? "an unknown header" : "a \(kind.name) header" }
    return "op \(op) of term \(term), \(Operation.name(of: operation)), \(size) B"
  }
}
