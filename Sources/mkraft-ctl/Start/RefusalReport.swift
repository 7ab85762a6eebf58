internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftReplica
internal import MKraftStorage

/// Why `start` refuses a file: every item that stands in the way, and what can be done.
struct RefusalReport {
  let file: String
  let refusal: OpeningRefusal
  let verification: VerificationReport

  /// The findings' code. What is no finding about the file's contents is declined.
  var exitCode: ExitCode {
    let code = verification.verdict.exitCode
    return code > .degraded ? code : .declined
  }

  /// The findings that stand in the way.
  private var reasons: [Finding] { verification.findings.filter { $0.exitCode > .degraded } }
  private var reasonCount: Int {
    verification.counts.reduce(0) { $1.kind.exitCode > .degraded ? $0 + $1.count : $0 }
  }

  func render(on console: Console) {
    let next = reasons.first.flatMap { $0.command(path: file) }
    console.diagnostics.error("\(refusal.name): \(reason); nothing was written", of: file)
    for finding in reasons {
      console.diagnostics.error("\(finding.titleAndPlace): \(finding.evidence)", of: file)
    }
    if reasonCount > reasons.count {
      console.diagnostics.error("and \(reasonCount - reasons.count) more of these", of: file)
    }
    if let advice = reasons.first?.next.words {
      console.diagnostics.error("what can be done: \(advice)", of: file, next: next)
    }
    guard console.format != .text else { return }
    console.render(ReadyReport.schema) {
      write(to: $0, next)
    } text: { _ in
    }
  }

  private func write(to json: JSONWriter, _ next: ShellCommand?) {
    json.field("event", "refused")
    json.field("path", file)
    if let superblock = verification.superblock { json.identity(superblock) }
    json.field("exit", exitCode)
    json.field("refusal", refusal.name)
    json.field("reason", reason)
    json.field("finding_count", verification.findingCount)
    json.array("findings") {
      for finding in verification.findings {
        json.finding(finding, startRefused: true)
      }
    }
    json.field("next", next?.description)
  }

  /// Reply slots that are listed in one line.
  private static let slotsMax = 16

  /// Which block stands in the way, and where.
  private func words(_ fault: CheckpointFault) -> String {
    let part =
      switch fault.chain {
      case .acquired, .released: "set of \(fault.chain.rawValue) blocks"
      case .sessions: "table of sessions"
      case .tree: "account of its tree"
      }
    guard let geometry = verification.superblock?.geometry, (1...geometry.gridBlocksMax).contains(fault.address) else {
      return "the checkpoint's \(part) contradicts the rest of it"
    }
    let start = geometry.blockOffset(address: fault.address)
    let place = "block \(fault.address), bytes \(start)..<\(start + UInt64(geometry.blockSize))"
    switch fault.defect {
    case .block: return "\(place), is not the one that the checkpoint's \(part) was written to"
    case .violates(let invariant, _):
      return "\(place), the checkpoint's \(part), breaks \(invariant.name): \(invariant.statement)"
    }
  }

  private var reason: String {
    switch refusal {
    case .repairInProgress(let mark):
      "a repair of the file was begun and is not finished; its undo log is \(Escape.text(mark.path))"
    case .superblock(.notFound): "no superblock copy of a data file was found"
    case .superblock(.newerFormat): "a newer release wrote the file, and this one must not touch it"
    case .superblock: "the superblock copies do not tell in which state the file is"
    case .readOnlyFeatures:
      "the file uses a feature that this release does not know, with which it may only be read"
    case .otherMembers(let count): "the file belongs to a cluster of \(count) members"
    case .checkpoint(let fault): words(fault)
    case .repliesLost(let slots):
      "the stored \(slots.count == 1 ? "reply" : "replies") in \(slots.count == 1 ? "slot" : "slots") "
        + slots.prefix(RefusalReport.slotsMax).map(String.init).joined(separator: ", ")
        + (slots.count > RefusalReport.slotsMax ? " and \(slots.count - RefusalReport.slotsMax) more" : "")
        + " \(slots.count == 1 ? "is" : "are") gone: a request repeated could not be answered"
    case .replyAhead(let reply, let head):
      "the stored reply in slot \(reply.slot) is that to op \(reply.op), and the log ends at op \(head): superblock and log are "
        + "older than it"
    case .truncated(let byteCount, let expected):
      "the file has \(byteCount) bytes, its superblock says that it has \(expected)"
    case .ioUnitTooSmall(let ioUnit, let device):
      "the file is written in units of \(ioUnit) bytes, the device takes multiples of \(device) only"
    case .journal(let journal):
      "\(journal.faultCount) \(journal.faultCount == 1 ? "entry" : "entries") of the log that may have been acknowledged "
        + "\(journal.faultCount == 1 ? "is" : "are") damaged or missing; a replica never starts without them"
    }
  }
}
