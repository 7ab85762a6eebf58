internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// What `status` says of a file.
struct StatusPage {
  static let schema = JSONSchema("mkraft-ctl-status", version: 1)
  /// Findings that JSON lists; the page has room for the worst only.
  static let findingsMax = 100

  let path: String
  let file: ExaminedFile
  let report: VerificationReport

  func render(on console: Console) {
    console.render(StatusPage.schema) { json in
      json.field("path", path)
      json.field("locked_by", file.lockHolder?.description)
      json.verification(report)
      json.field("next", next?.description)
    } text: { page in
      page.heading(Escape.text(path))
      page.verdict(report)
      writeReplica(to: page)
      writeWorst(to: page)
      writeNext(to: page)
    }
  }

  // MARK: Next

  /// The worst finding if it is more than a note.
  private var concern: Finding? { report.worst.flatMap { $0.severity > .note ? $0 : nil } }

  private var next: ShellCommand? {
    if let concern {
      if concern.next == .start, file.lockHolder != nil { return ShellCommand("verify-checksums").path(path) }
      return concern.command(path: path)
    }
    guard file.lockHolder == nil else { return ShellCommand("verify-checksums").path(path) }
    let starts = report.verdict.start == .serves || report.verdict.start == .servesAfterRepair
    return ShellCommand(starts ? "start" : "inspect-superblock").path(path)
  }

  private var nextWords: String {
    guard let concern else {
      if file.lockHolder != nil { return "nothing to do: a replica runs on it" }
      return report.verdict.start == .abstains ? "nothing to do with this file alone" : "the file is ready to start"
    }
    return concern.next.words
  }

  private func writeNext(to page: FieldList) {
    page.heading("next: \(nextWords)")
    if let next { page.field(next.description, "") }
    guard let concern else { return }
    page.heading("to know more")
    page.field(ShellCommand("explain", concern.kind.name).description, "", note: "what the finding means")
    let verify = ShellCommand("verify-checksums").path(path)
    if next != verify, report.findingCount > 1 {
      page.field(verify.description, "", note: "all \(report.findingCount) findings, as the medium has them")
    }
    if concern.severity > .warning, file.image == nil {
      let image = ShellCommand("image").path(path).word("--to").path(path + ".image")
      page.field(image.description, "", note: "a dump without keys and values, to send to somebody who can help")
    }
  }

  // MARK: Blocks

  private func writeReplica(to page: FieldList) {
    if let assumed = report.assumption {
      page.heading("supplied")
      page.assumption(assumed)
      if let journal = report.journal {
        page.field("head", "op \(journal.head.op)", note: "term \(journal.head.term), as far as the rings tell")
      }
    }
    guard let superblock = report.superblock else { return }
    page.heading("replica")
    page.field("cluster", hex: superblock.cluster)
    page.field("replica", "\(superblock.replica) of \(superblock.members.voterCount)")
    page.field("file_id", hex: superblock.fileID)
    let current = report.superblockDecision.states.count { $0 == .current }
    page.field(
      "superblock", "sequence \(superblock.sequence)", note: "\(current) of \(Superblock.copyCount) copies are current")
    page.field("term", decimal: superblock.term)
    page.field("stopped", stopped(superblock))
    guard let journal = report.journal else { return }
    let taken = superblock.geometry.interval(of: superblock.checkpoint.op)
    page.field(
      "checkpoint", "op \(superblock.checkpoint.op)", note: taken == 0 ? "none was taken yet" : "number \(taken)")
    page.field("head", "op \(journal.head.op)", note: "term \(journal.head.term); \(journal.end.words)")
    page.field("committed", "op \(journal.commitMax)", note: "at least")
    let last = superblock.geometry.lastClientOp(after: superblock.checkpoint.op)
    let left = last - min(last, journal.head.op)
    page.field("room", "\(left) ops", note: "until writes wait for the next checkpoint")
    if let grid = report.grid { write(grid, to: page) }
  }

  private func write(_ grid: GridSummary, to page: FieldList) {
    if let acquired = grid.acquired, let free = grid.free {
      let inUse = ByteCount(acquired * UInt64(grid.blockSize)).description
      page.field(
        "blocks", "\(acquired) in use, \(free) free",
        note: "\(inUse) in blocks of \(ByteCount(UInt64(grid.blockSize)))")
    } else {
      page.field("blocks", "unknown", note: "the set of blocks in use cannot be read", .red)
    }
    let reserved = grid.reservedByteCount
    page.field(
      "grid", "\(grid.fileBlocks) of \(grid.blocksMax) blocks",
      note: reserved > 0
        ? "the file has grown by \(ByteCount(reserved)) beyond the last block in use" : "are in the file")
  }

  private func stopped(_ superblock: Superblock) -> String {
    if let holder = file.lockHolder { return "no: \(Escape.text(holder.description)) runs on it" }
    if superblock.isVirgin { return "never started" }
    return superblock.clean == nil ? "not cleanly: killed, or the power failed" : "cleanly"
  }

  private func writeWorst(to page: FieldList) {
    guard let concern else { return }
    page.heading("worst finding, of \(report.findingCount)")
    page.field(concern.kind.name, concern.severity.rawValue, concern.severity.tone)
    if !concern.place.isEmpty { page.field("where", concern.place) }
    page.field("means", concern.kind.meaning)
    page.field("evidence", concern.evidence)
    page.field("cause", concern.likelyCause)
    page.field("at risk", concern.kind.risk)
  }
}
