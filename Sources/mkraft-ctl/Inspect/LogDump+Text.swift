internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension LogDump {
  func writeText(to sink: ByteSink, _ style: Style) {
    writeHead(to: sink, style)
    if wantsStatistics {
      write(statistics(for: sink), to: sink, style)
    } else {
      sink.write("\n")
      writeRows(to: sink, style)
    }
    FindingsText.write(findings, path: path, scope: scope, exitCode, to: sink, style)
  }

  private func writeHead(to sink: ByteSink, _ style: Style) {
    let decision = inspection.decision
    let superblock = inspection.superblock
    let geometry = inspection.geometry
    let page = FieldList(to: sink, style: style)
    page.file(file)
    page.repair(inspection.mark)
    if let assumed = inspection.source.assumption {
      page.assumption(assumed)
    } else if let refusal = inspection.source.refusal {
      let offset = inspection.source.offset ?? 0
      page.field(
        "superblock", "sequence \(superblock.sequence) at offset \(offset), not a replica's choice: \(refusal.name)",
        .red)
    } else {
      page.field("superblock", "sequence \(superblock.sequence)")
    }
    page.field(
      "checkpoint",
      "\(geometry.interval(of: superblock.checkpoint.op)), of op \(superblock.checkpoint.op) in slot "
        + "\(geometry.slot(of: superblock.checkpoint.op))")
    page.field(
      "next checkpoint",
      "of op \(inspection.nextCheckpointOp); entries up to it carry checkpoint_id "
        + "\(superblock.checkpoint.parentID.hex), those after it \(superblock.checkpoint.id.hex)")
    page.field("slots", "\(geometry.slotCount), for ops \(inspection.firstOp) to \(inspection.lastOp)")
    page.field(
      "head", "op \(decision.head.op) of term \(decision.head.term) in slot \(geometry.slot(of: decision.head.op))")
    page.field("end of log", "\(decision.end.name): \(decision.end.words)")
    if inspection.knownOp > decision.head.op { page.field("", "but \(inspection.knownWords)", .red) }
    page.field("tail", decision.tailStart.map(tailWords) ?? "none: every header is in place")
    page.field("commit_max", decimal: decision.commitMax)
    page.field("back-pressure", "in \(inspection.opsBeforeBackPressure) ops")
    page.field("bodies", "\(inspection.verifiedBodies) verified, \(inspection.unverifiedBodies) not read")
    page.field("decision", decisionWords, inspection.isStartRefused ? .red : .plain)
    page.finish()
  }

  /// Headers that are not in place prove that nothing was acknowledged, unless they are of an older state.
  private func tailWords(from op: UInt64) -> String {
    inspection.knownOp < op ? "from op \(op) on nothing was acknowledged" : "from op \(op) on no header is in place"
  }

  /// What a replica alone does with the file, as far as superblocks, log and the latest reply tell.
  private var decisionWords: String {
    let condition = inspection.unverifiedBodies == 0 ? "" : ", if the bodies not read are right"
    let faults = inspection.decision.faultCount
    let counted = faults == 1 ? "1 fault" : "\(faults) faults"
    let repair = inspection.mark == nil ? nil : FindingKind.repairInProgress.name
    if let refusal = repair ?? inspection.source.refusal?.name {
      let log =
        faults == 0 ? "read by this superblock it would be served" : "read by this superblock it has \(counted)"
      return "a replica refuses the file (\(refusal)), whatever the log is; \(log)\(condition)"
    }
    let ahead = inspection.aheadWords
    guard faults == 0 else { return "a replica alone refuses this log: \(counted)" + (ahead.map { "; \($0)" } ?? "") }
    if let ahead { return "a replica refuses the file (\(FindingKind.replyAhead.name)): \(ahead)" }
    return "a replica alone starts on this log\(condition)"
  }

  // MARK: Rows

  private var columns: [TextColumn] {
    let digits = max(4, String(inspection.lastOp).count)
    return [
      TextColumn("OP", .right, width: digits), TextColumn("SLOT", .right, width: 7), TextColumn("HEADER", width: 8),
      TextColumn("PREPARE", width: 8), TextColumn("BODY", width: 10), TextColumn("ROW", width: 21),
      TextColumn("DECISION", width: 10), TextColumn("OUTCOME", width: 10), TextColumn("HAVE", width: 4),
      TextColumn("NACK", width: 13),
    ] + EntryColumns.columns(digits: digits)
      + [TextColumn("PARENT", width: 15), TextColumn("REASON", width: 1)]
  }

  private func writeRows(to sink: ByteSink, _ style: Style) {
    let table = TextTable(columns, to: sink, style: style)
    var run = QuietRun()
    var last: LogRow?
    func note(_ text: String, _ tone: Tone = .plain) {
      table.finish()
      sink.write("        ")
      style.write(text, tone, to: sink)
      sink.write("\n")
    }
    forEachRow(sink) { row in
      if let previous = last, inspection.isGap(previous), !inspection.isGap(row), row.rule.have {
        note("the log goes on at op \(row.op)", .red)
      }
      if row.isFirstAfterHead { note(endWords(before: row), inspection.isGap(row) ? .red : .plain) }
      defer { last = row }
      if !isVerbose, filter.isEmpty, payloads.payload == .none || row.heldEntries.isEmpty, row.isQuietBlank {
        return run.add(row.op)
      }
      if let words = run.take() { note(words) }
      if row.slot == 0, let previous = last { note("the ring wraps: slot \(previous.slot), then slot 0") }
      write(row, in: table)
      if payloads.payload != .none, let header = row.prepareHeader, header.kind == .prepare {
        table.finish()
        payloads.write(header, slot: row.slot, to: sink)
      }
    }
    if let words = run.take() { note(words) }
    table.finish()
    if inspection.decision.head.op == inspection.lastOp {
      let end = "end of log after op \(inspection.lastOp): \(inspection.decision.end.words)"
      note(inspection.replyAhead == nil ? end : "not the end: \(inspection.knownWords)")
    }
  }

  /// What is to be said between the head and the slot behind it.
  private func endWords(before row: LogRow) -> String {
    let decision = inspection.decision
    guard inspection.isGap(row) else { return "end of log after op \(row.op - 1): \(decision.end.words)" }
    return "not the end: a gap after op \(row.op - 1); \(inspection.knownWords)"
  }

  /// Slots one after the other of which there is nothing to say, told in one line.
  private struct QuietRun {
    private var ops: ClosedRange<UInt64>?

    mutating func add(_ op: UInt64) { ops = (ops?.lowerBound ?? op)...op }

    mutating func take() -> String? {
      defer { ops = nil }
      return ops.map { "ops \($0.lowerBound) to \($0.upperBound): \($0.count) blank slots" }
    }
  }

  private func write(_ row: LogRow, in table: TextTable) {
    let isOpen = row.body == .unverified
    table.cell(decimal: row.op)
    table.cell(decimal: UInt64(row.slot))
    table.cell(row.condition.header.name, row.condition.header == .bad ? .red : .plain)
    table.cell(row.condition.prepare.name, row.condition.prepare == .bad ? .red : .plain)
    table.cell(row.body == .none ? "-" : row.body.rawValue, row.body == .mismatch ? .red : .plain)
    table.cell(row.rule.name)
    table.cell(row.decision?.rawValue ?? "unverified")
    table.cell(inspection.unverifiedBodies > 0 ? "unverified" : row.disposition.name, row.fault == nil ? .plain : .red)
    table.cell(isOpen ? "?" : row.rule.have ? "yes" : "no")
    table.cell(isOpen ? "?" : row.rule.nack.rawValue)
    // The entry of the slot's op; for want of one, what an earlier wrap has left there.
    table.entry(row.entry ?? row.heldEntries.first)
    table.link(row.link)
    table.cell(escaped: reason(row))
    table.endRow()
  }

  private func reason(_ row: LogRow) -> String {
    var words: [String] = []
    if let fault = row.fault { words.append("refused: \(fault.rawValue)") }
    if row.hasChanged { words.append("changed while it was read") }
    if let defect = row.evidence.header.defect { words.append("header ring: \(defect)") }
    if let defect = row.evidence.prepare.defect { words.append("prepare ring: \(defect)") }
    if row.entry == nil, let older = row.heldEntries.first { words.append("holds op \(older.op)") }
    if isVerbose { words.append(row.rule.evidence) }
    return words.joined(separator: "; ")
  }

  // MARK: Statistics

  private func writePositions(to page: FieldList) {
    let geometry = inspection.geometry
    let (head, checkpoint) = (inspection.decision.head.op, inspection.superblock.checkpoint.op)
    let slot = geometry.slot(of: head + 1)
    page.field("next write", "op \(head + 1) in slot \(slot)", note: "at byte \(geometry.prepareOffset(slot: slot))")
    page.field("checkpoint", "op \(checkpoint) in slot \(geometry.slot(of: checkpoint))")
    page.field(
      "next checkpoint", "op \(inspection.nextCheckpointOp)",
      note: "in \(inspection.nextCheckpointOp - min(inspection.nextCheckpointOp, head)) ops")
    page.field(
      "back-pressure", "in \(inspection.opsBeforeBackPressure) ops",
      note: "then writes wait for the next checkpoint")
  }

  private func write(_ statistics: LogStatistics, to sink: ByteSink, _ style: Style) {
    let page = FieldList(to: sink, style: style)
    sink.write("\n")
    page.heading("Positions")
    writePositions(to: page)
    page.heading("Slots counted")
    page.field("slots", decimal: UInt64(statistics.slots), note: filter.isEmpty ? "all" : "those asked for")
    page.field(
      "entries", decimal: UInt64(statistics.entries.entries), note: ByteCount(statistics.entries.byteCount).description)
    if let ops = statistics.ops { page.field("ops", "\(ops.lowerBound) to \(ops.upperBound)") }
    if let times = statistics.times {
      page.field("written from") { $0.writeTime(times.lowerBound) }
      page.field("to") { $0.writeTime(times.upperBound) }
    }
    page.field("in a gap", decimal: UInt64(statistics.gapSlots), statistics.gapSlots > 0 ? .red : .plain)
    page.field("broken links", decimal: UInt64(statistics.brokenLinks), statistics.brokenLinks > 0 ? .red : .plain)
    if statistics.changedSlots > 0 {
      page.field("changed meanwhile", decimal: UInt64(statistics.changedSlots), .yellow)
    }
    page.heading("By row")
    for (rule, count) in zip(RecoveryTable.rows, statistics.byRule) where count > 0 {
      page.field(rule.name, decimal: UInt64(count))
    }
    page.heading("By outcome")
    for (disposition, count) in zip(SlotVerdict.Disposition.all, statistics.byDisposition) where count > 0 {
      page.field(disposition.name, decimal: UInt64(count))
    }
    page.heading("By operation")
    for (number, count) in statistics.byOperation.enumerated() where count.entries > 0 {
      page.field(
        Operation.name(of: UInt8(number)), decimal: UInt64(count.entries), note: ByteCount(count.byteCount).description)
    }
    page.heading("By client")
    for (client, count) in statistics.byClient.prefix(20) {
      page.field(
        client == 0 ? "the system's own" : client.hex, decimal: UInt64(count.entries),
        note: ByteCount(count.byteCount).description)
    }
    let others = statistics.byClient.dropFirst(20).reduce(statistics.otherClients.entries) { $0 + $1.count.entries }
    if others > 0 { page.field("others", decimal: UInt64(others)) }
    page.finish()
  }
}

extension LogRow {
  /// Nothing of this op, and nothing wrong: a run of such slots is one line.
  fileprivate var isQuietBlank: Bool { rule.name == "blank" && fault == nil && !hasChanged }
}
