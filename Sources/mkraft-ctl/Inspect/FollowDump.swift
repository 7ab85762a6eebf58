internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

/// What `dump-wal --follow` shows, entry by entry.
final class FollowDump {
  static let entrySchema = JSONSchema("mkraft-ctl-wal-entry", version: 1)
  static let missedSchema = JSONSchema("mkraft-ctl-wal-missed", version: 1)
  static let damagedSchema = JSONSchema("mkraft-ctl-wal-damaged", version: 1)

  /// Why it ended.
  enum End {
    case signal(Int32)
    /// Nobody reads any more.
    case closed
    case time
    /// The last op that was asked for has come.
    case lastOp
  }

  private let filter: LogFilter
  private let payloads: PayloadView
  private let console: Console
  private let table: TextTable
  private var shown: UInt64 = 0
  /// Ops that were written over, or whose header was not right.
  private(set) var missedCount: UInt64 = 0

  init(filter: LogFilter, payloads: PayloadView, console: Console) {
    self.filter = filter
    self.payloads = payloads
    self.console = console
    table = TextTable(
      [
        TextColumn("OP", .right, width: 8), TextColumn("SLOT", .right, width: 7),
      ] + EntryColumns.columns(digits: 8) + [TextColumn("PARENT", width: 1)], to: console.out, style: console.style)
    if console.format == .text { table.finish() }
  }

  /// Whether somebody reads what is written.
  var isRead: Bool { console.out.isOpen }

  func flush() { console.out.flush() }

  /// Shows an event; false if it lies above the last op that is wanted.
  func show(_ event: LogFollower.Event, upTo last: UInt64) -> Bool {
    switch event {
    case .entry(let header, let slot, let link):
      guard header.op <= last else { return false }
      guard filter.matches(header, slot: slot) else { return true }
      shown += 1
      if console.format == .text { writeText(header, slot, link) } else { writeLine(header, slot, link) }
    case .missed(let ops): tellMissed(ops)
    case .damaged(let op, let slot, let defect): tellDamaged(op, slot, defect)
    }
    return true
  }

  /// Says on standard error how it ended; results are only entries.
  func finish(end: End, nextOp: UInt64) {
    if missedCount > 0 {
      console.diagnostics.warning("\(missedCount) ops were not seen: written over before they were read, or damaged")
    }
    guard console.format == .text, case .time = end else { return }
    console.errors.write("--max-time is over: \(shown) entries shown, op \(nextOp) would be next\n")
  }

  private func writeText(_ header: PrepareHeader, _ slot: Int, _ link: LogRow.Link) {
    table.cell(decimal: header.op)
    table.cell(decimal: UInt64(slot))
    table.entry(header)
    table.link(link)
    table.endRow()
    if payloads.payload != .none { payloads.write(header, slot: slot, to: console.out) }
  }

  private func writeLine(_ header: PrepareHeader, _ slot: Int, _ link: LogRow.Link) {
    let json = JSONWriter(console.out, layout: .compact)
    json.document(FollowDump.entrySchema, toolVersion: FormatVersion.tool) {
      json.field("op", header.op)
      json.field("slot", slot)
      json.field("parent_link", link.name)
      json.header("header", header)
      if payloads.payload != .none { payloads.write(header, slot: slot, to: json) }
    }
  }

  private func tellMissed(_ ops: ClosedRange<UInt64>) {
    missedCount += UInt64(ops.count)
    guard console.format != .text else {
      let words =
        "          ops \(ops.lowerBound) to \(ops.upperBound): missed, the ring was written over before they were read\n"
      return console.style.write(words, .red, to: console.out)
    }
    let json = JSONWriter(console.out, layout: .compact)
    json.document(FollowDump.missedSchema, toolVersion: FormatVersion.tool) {
      json.field("first_op", ops.lowerBound)
      json.field("last_op", ops.upperBound)
    }
  }

  private func tellDamaged(_ op: UInt64, _ slot: Int, _ defect: String) {
    missedCount += 1
    guard console.format != .text else {
      return console.style.write(
        "          op \(op): its header in slot \(slot) is damaged (\(defect)); see dump-wal --slot \(slot)\n", .red,
        to: console.out)
    }
    let json = JSONWriter(console.out, layout: .compact)
    json.document(FollowDump.damagedSchema, toolVersion: FormatVersion.tool) {
      json.field("op", op)
      json.field("slot", slot)
      json.field("defect", defect)
    }
  }
}
