internal import MKraftFormat
internal import MKraftStorage

/// What every slot of both rings is, from its headers.
struct RingDrawing {
  private let storage: any Storage
  private let layout: Superblock
  /// The last op that is known to be of the log, whether or not all up to it is whole; nil if nobody has decided on it.
  private let last: UInt64?

  init(_ storage: any Storage, _ layout: Superblock, last: UInt64?) {
    self.storage = storage
    self.layout = layout
    self.last = last
  }

  func forEachSlot(_ visit: (_ slot: Int, _ header: MapState, _ prepare: MapState) -> Void) {
    let reader = JournalReader(storage, geometry: layout.geometry, cluster: layout.cluster)
    var op = layout.checkpoint.op + 1
    for slots in LogInspection.batches(after: layout.checkpoint.op, layout.geometry, of: reader.batchLimit) {
      for found in reader.evidenceOfHeaders(of: slots) {
        let seen = found.evidence
        let condition = SlotCondition(seen, expecting: op, layout)
        visit(seen.slot, header(seen, condition.header, op), prepare(seen, condition.prepare, op))
        op += 1
      }
    }
  }

  private func header(_ seen: SlotEvidence, _ condition: HeaderCondition, _ op: UInt64) -> MapState {
    switch condition {
    case .bad:
      switch seen.header {
      case .unreadable: .unreadable
      case .beyondEnd: .missing
      case .valid, .damaged: .damaged
      }
    case .unknown, .vacated: .givenUp
    case .reserved: .blank
    case .older: .older
    case .current: current(op)
    case .ahead: .ahead
    }
  }

  private func prepare(_ seen: SlotEvidence, _ condition: PrepareCondition, _ op: UInt64) -> MapState {
    switch condition {
    case .bad:
      switch seen.prepare {
      case .unreadable: .unreadable
      case .beyondEnd: .missing
      case .valid, .damaged, .bodyMismatch: .damaged
      }
    case .reserved: .blank
    case .older: .older
    case .current: current(op)
    case .ahead: .ahead
    }
  }

  private func current(_ op: UInt64) -> MapState { last.map { op <= $0 } ?? true ? .entry : .leftover }
}
