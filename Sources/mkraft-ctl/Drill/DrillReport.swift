internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// What a drill says at its end.
struct DrillReport {
  static let schema = JSONSchema("mkraft-ctl-drill", version: 1)
  /// Faults listed; more are counted.
  static let faultsMax = 100

  let run: DrillRun
  let ledger: DrillLedger
  let elapsed: Duration
  /// Why the drill could not go on to its end.
  let failure: Failure?
  /// Whether the scratch directory stays.
  let isKept: Bool

  var exitCode: ExitCode { ledger.faultCount > 0 ? .drillFailed : failure?.code ?? .sound }

  private var totals: DrillTotals { run.totals }

  func render(on console: Console) {
    console.render(DrillReport.schema) { json in
      write(to: json)
    } text: { page in
      console.out.write("\n")
      write(to: page)
    }
  }

  // MARK: JSON

  private func write(to json: JSONWriter) {
    json.field("seed", run.plan.seed)
    if let superblock = run.superblock { json.identity(superblock) }
    json.field("sessions", run.plan.sessions)
    json.field("connections", run.plan.connections)
    json.field("acknowledged", ledger.acknowledgements.count)
    json.field("kills", totals.kills)
    json.field("kills_with_requests_in_flight", totals.killsInFlight)
    json.field("kills_while_starting", totals.killsWhileStarting)
    json.field("requests_in_flight_at_kills", totals.unanswered)
    json.field("retried", ledger.retried)
    json.field("answered_from_session", ledger.stored)
    json.field("executed_when_retried", ledger.retried - ledger.stored)
    for kind in DrillFault.Kind.allCases { json.field(kind.rawValue, ledger.count(kind)) }
    json.field("puts_verified", totals.putsVerified)
    json.field("log_entries_verified", totals.entriesVerified)
    json.field("wraps", totals.wraps)
    json.field("checkpoints", totals.checkpoints)
    json.field("restarts", totals.restarts)
    json.field("worst_restart_seconds", totals.worstRestart / .seconds(1))
    json.field("seconds", elapsed / .seconds(1))
    json.object("phase_seconds") {
      for phase in DrillAccount.Phase.allCases { json.field(phase.rawValue, run.account.total(phase) / .seconds(1)) }
    }
    json.array("faults") { for fault in ledger.faults.prefix(DrillReport.faultsMax) { write(fault, to: json) } }
    json.array("steps") { for step in run.account.steps { write(step, to: json) } }
    json.field("reason", failure?.reason)
    json.field("scratch", isKept ? run.scratch.directory : nil)
    json.field("path", isKept ? run.scratch.file : nil)
    json.field("exit", exitCode)
  }

  private func write(_ fault: DrillFault, to json: JSONWriter) {
    json.object {
      json.field("fault", fault.kind.rawValue)
      json.field("key", fault.key)
      json.field("op", fault.op)
      json.field("life", fault.round)
      json.field("detail", fault.detail)
    }
  }

  private func write(_ step: DrillAccount.Step, to json: JSONWriter) {
    json.object {
      json.field("step", step.phase.rawValue)
      json.field("what", step.what)
      json.field("at_seconds", step.begin / .seconds(1))
      json.field("seconds", step.took / .seconds(1))
    }
  }

  // MARK: Text

  private func write(to page: FieldList) {
    page.heading("totals")
    page.field("acknowledged", decimal: UInt64(ledger.acknowledgements.count), note: "requests, each of three writes")
    page.field(
      "kills", decimal: UInt64(totals.kills),
      note: "\(totals.killsInFlight) with requests in flight, \(totals.unanswered) of them unanswered in all")
    if totals.killsWhileStarting > 0 {
      page.field("kills at start", decimal: UInt64(totals.killsWhileStarting), note: "more, while the replica started")
    }
    page.field(
      "sent again", decimal: UInt64(ledger.retried),
      note: "\(ledger.stored) answered without being executed again, \(ledger.retried - ledger.stored) executed")
    page.field(
      "restarts", decimal: UInt64(totals.restarts), note: "the slowest ready after \(totals.worstRestart.readable)")
    page.field("wraps", decimal: UInt64(totals.wraps), note: "of the log's ring; \(totals.checkpoints) checkpoints")
    for kind in DrillFault.Kind.allCases where kind == .lost || kind == .doubled || ledger.count(kind) > 0 {
      page.field(kind.rawValue, decimal: UInt64(ledger.count(kind)), ledger.count(kind) > 0 ? .red : .green)
    }
    page.field("time", elapsed.readable)
    if isKept { page.field("kept", Escape.text(run.scratch.directory.string)) }
    if exitCode == .sound {
      page.field("verdict", "everything acknowledged is there, and nothing was done twice", .green)
    } else {
      let isInterrupted = exitCode.concludesNothing
      page.field("verdict", isInterrupted ? "none" : "the drill failed", isInterrupted ? .plain : .red)
    }
    if ledger.faultCount > 0 { writeFaults(to: page) }
  }

  private func writeFaults(to page: FieldList) {
    page.heading("faults")
    for fault in ledger.faults.prefix(DrillReport.faultsMax) {
      page.field(fault.kind.rawValue, fault.finding, .red)
    }
    let hidden = ledger.faultCount - min(ledger.faults.count, DrillReport.faultsMax)
    if hidden > 0 { page.field("and \(hidden) more", "") }
  }
}
