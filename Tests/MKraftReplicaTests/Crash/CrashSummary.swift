/// Counts over several runs, for who reads them.
struct CrashSummary {
  private var totals = CrashRun.Totals()
  private var runs = 0

  mutating func add(_ recording: Recording, _ more: CrashRun.Totals) {
    runs += 1
    totals.prefixes += more.prefixes
    totals.reopenings += more.reopenings
    totals.started += more.started
    totals.drivenOn += more.drivenOn
    totals.exhausted += more.exhausted
    totals.withFault += more.withFault
    totals.named += more.named
    totals.violations += more.violations
    for (zone, kinds) in more.outcomes {
      for (kind, counts) in kinds {
        let known = totals.outcomes[zone, default: [:]][kind, default: (0, 0)]
        totals.outcomes[zone, default: [:]][kind] = (known.right + counts.right, known.named + counts.named)
      }
    }
  }

  func line(of recording: Recording, _ run: CrashRun.Totals) -> String {
    let it = recording.totals
    return "crash: run \(recording.seed): \(recording.events.count) events, \(it.writes) writes, \(it.checkpoints)"
      + " checkpoints, a tree of \(it.treeHeight) levels,"
      + " \(it.wraps) wraps, \(recording.lives.count) lives (\(it.cuts) cuts, \(it.stops) stops),"
      + " \(it.evictions) requests of evicted sessions, \(it.blockReads) blocks read,"
      + " \(it.deepestFlight) writes in flight at most;"
      + " \(run.reopenings) reopenings, \(run.violations.count) violations"
  }

  /// Totals, and by zone and fault how many reopenings were right and how many refused or halted by name.
  var table: String {
    let head =
      "crash: \(runs) runs, \(totals.prefixes) prefixes (\(totals.exhausted) with every subset), \(totals.reopenings)"
      + " reopenings, \(totals.started) of them with a replica started and \(totals.drivenOn) driven on,"
      + " \(totals.withFault) with a fault on top"
      + " (\(totals.named) refused or halted by name), \(totals.violations.count) violations"
    let rows = CrashZone.allCases.map { zone in
      let cells = RestFault.Kind.allCases.map { kind in
        let counts = totals.outcomes[zone]?[kind] ?? (0, 0)
        return "\(kind.rawValue) \(counts.right)/\(counts.named)"
      }
      return "crash:   \(zone.rawValue): \(cells.joined(separator: ", "))"
    }
    guard totals.withFault > 0 else { return head }
    return ([head, "crash:   right/named by zone and fault"] + rows).joined(separator: "\n")
  }
}
