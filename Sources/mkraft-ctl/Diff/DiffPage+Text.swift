internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension DiffPage {
  func write(to sink: ByteSink, _ style: Style) {
    let page = FieldList(to: sink, style: style)
    page.heading("files")
    for index in paths.indices { write(file: index, to: page) }
    page.heading("result")
    page.field("relation", comparison.kind.rawValue, note: comparison.kind.words, tone)
    let repeated = comparison.namedMoreThanOnce
    for group in repeated {
      page.field(
        "named more than once", group.map(label).joined(separator: ", "),
        note: "by device and inode one file, named \(group.count) times, and no copy of itself", .yellow)
    }
    // The same states once more would say nothing new.
    for group in comparison.statesOfOneFile where !repeated.contains(where: { $0 == group.sorted() }) {
      let sequences = Set(group.compactMap { comparison.replicas[$0].superblock?.sequence })
      page.field(
        "one file", group.map(label).joined(separator: ", "),
        note: "they have the same file_id: states of one file" + (sequences.count > 1 ? ", the oldest first" : ""))
    }
    page.field("exit", "\(exitCode.name) (\(exitCode.number))", note: exitCode.meaning)
    writeLog(to: page)
    writeCheckpoints(to: page)
    page.finish()
    writeHolders(to: sink, style)
    writeFields(to: sink, style)
    guard let next else { return }
    sink.write("\n")
    let last = FieldList(to: sink, style: style)
    last.heading("next")
    last.field(next.description, "")
    last.finish()
  }

  private var tone: Tone {
    switch comparison.kind {
    case .same: .green
    case .behind, .diverged, .changing: .yellow
    case .damaged, .unknown, .differentClusters, .contradicting, .misconfigured: .red
    }
  }

  private func write(file index: Int, to page: FieldList) {
    let report = comparison.replicas[index].report
    let code = report.verdict.exitCode
    var note = "no superblock tells whose it is"
    if let superblock = report.superblock {
      note = "replica \(superblock.replica) of \(superblock.members.voterCount), sequence \(superblock.sequence)"
      if let journal = report.journal {
        note += ", head op \(journal.head.op)"
        if journal.provenOp > journal.head.op { note += " of a log known to have reached op \(journal.provenOp)" }
      }
    }
    if let worst = report.worst, worst.severity > .note { note += "; worst: \(worst.kind.name)" }
    page.field("\(label(index))  \(Escape.text(paths[index]))", "\(code.name) (\(code.number))", note: note, code.tone)
  }

  // MARK: Log

  private func writeLog(to page: FieldList) {
    guard let log = comparison.log, let ops = log.ops else { return }
    page.heading("log")
    page.field("compared", "ops \(ops.lowerBound) to \(ops.upperBound)")
    if let common = log.lastCommon, let checksum = log.lastCommonChecksum {
      page.field(
        "common", "up to op \(common)", note: "checksum \(checksum.hex) in all files, and by the chain all before")
    } else {
      page.field("common", "not known", note: "there is no op of which all files have the header", .yellow)
    }
    if let committed = log.lastCommonCommitted {
      page.field(
        "committed", "up to op \(committed)", note: "in common; op \(log.commitMax) is proven committed by one")
    }
    guard let divergence = log.divergence else {
      return page.field("divergence", "none", note: "no op of which two files hold different entries")
    }
    page.field(
      "divergence", "at op \(divergence.op)",
      note: divergence.isCommitted
        ? "both sides are committed: they contradict each other" : "at most one of them is committed", .red)
    for (index, branch) in divergence.branches.enumerated() {
      guard let branch else { continue }
      page.field(
        "  \(label(index))", branch.checksum.hex,
        note: "term \(branch.term), parent \(branch.parent.hex)\(branch.isCommitted ? ", committed" : "")")
    }
  }

  private func writeHolders(to sink: ByteSink, _ style: Style) {
    guard let log = comparison.log, !log.runs.isEmpty else { return }
    heading("who holds what", to: sink, style)
    var columns = [TextColumn("OPS"), TextColumn("AGREED")]
    for index in paths.indices { columns.append(TextColumn(label(index))) }
    let table = TextTable(columns, to: sink, style: style, indent: 2)
    for run in log.runs {
      table.cell("\(run.ops.lowerBound)..\(run.ops.upperBound)")
      table.cell(run.isAgreed ? "yes" : "NO", run.isAgreed ? .plain : .red)
      for holding in run.holdings {
        table.cell(holding?.rawValue ?? "-", holding == .header || holding == .lost ? .red : .plain)
      }
      table.endRow()
    }
    table.finish()
    if log.isRunLimitReached { sink.write("  and more: only the first \(LogComparison.runsMax) runs are shown\n") }
  }

  // MARK: Checkpoints

  private func writeCheckpoints(to page: FieldList) {
    guard !comparison.checkpoints.isEmpty else { return }
    page.heading("checkpoints")
    for checkpoint in comparison.checkpoints {
      let (first, second) = (label(checkpoint.files.0), label(checkpoint.files.1))
      page.field(
        "\(first) and \(second)", checkpoint.relation.rawValue,
        note: "ops \(checkpoint.ops.0) and \(checkpoint.ops.1): \(checkpoint.relation.words)",
        checkpoint.relation.isContradiction ? .red : .plain)
      guard checkpoint.relation.isContradiction else { continue }
      page.field("  \(first)", checkpoint.ids.0.hex)
      page.field("  \(second)", checkpoint.ids.1.hex)
      guard checkpoint.blockCount > 0 else { continue }
      page.field("  blocks", "\(checkpoint.blockCount) differ", note: blocks(checkpoint))
    }
  }

  private func blocks(_ checkpoint: CheckpointComparison) -> String {
    let shown = checkpoint.blocks.prefix(20).map { block in
      switch block.difference {
      case .contents: "\(block.address)"
      case .onlyInFirst: "\(block.address) (only in \(label(checkpoint.files.0)))"
      case .onlyInSecond: "\(block.address) (only in \(label(checkpoint.files.1)))"
      case .unreadable: "\(block.address) (unreadable)"
      }
    }
    return shown.joined(separator: ", ") + (checkpoint.blockCount > shown.count ? ", and more" : "")
  }

  // MARK: Fields

  private func writeFields(to sink: ByteSink, _ style: Style) {
    let differing = comparison.fields.filter(\.differs)
    guard !differing.isEmpty else { return }
    heading("fields of the superblocks that differ", to: sink, style)
    var columns = [TextColumn("FIELD"), TextColumn("WEIGHT")]
    for index in paths.indices { columns.append(TextColumn(label(index))) }
    let table = TextTable(columns, to: sink, style: style, indent: 2)
    for field in differing {
      let isWrong = field.weight == .cluster || field.weight == .common
      table.cell(field.name, isWrong ? .red : .plain)
      table.cell(field.weight.rawValue)
      for value in field.values { table.cell(value ?? "-") }
      table.endRow()
    }
    table.finish()
  }

  private func heading(_ text: String, to sink: ByteSink, _ style: Style) {
    sink.write("\n")
    style.write(text, .bold, to: sink)
    sink.write("\n")
  }
}
