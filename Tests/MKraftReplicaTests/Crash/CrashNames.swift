import MKraftFormat
import MKraftReplica
import MKraftStorage

/// Whether a refusal or a halt names the item that was damaged: each thing it names must be touched by the fault.
extension RestFault {
  func isNamed(by refusal: OpeningRefusal, _ geometry: Geometry) -> Bool {
    switch refusal {
    case .superblock: geometry.superblockRanges.contains(where: touches)
    case .journal(let decision):
      !decision.faults.isEmpty && decision.faults.allSatisfy { touchesSlot($0.slot, geometry) }
    case .checkpoint(let fault): touches(geometry.blockRange(fault.address))
    case .repliesLost(let slots): !slots.isEmpty && slots.allSatisfy { touches(geometry.replyRange($0)) }
    case .replyAhead, .repairInProgress, .readOnlyFeatures, .otherMembers, .truncated, .ioUnitTooSmall: false
    }
  }

  func isNamed(by halt: ReplicaHalt, _ geometry: Geometry) -> Bool {
    switch halt {
    case .storage(let error): error.offset.map { touches($0..<$0 + max(1, error.count ?? 1)) } ?? false
    case .superblock, .unacknowledgedCopy: geometry.superblockRanges.contains(where: touches)
    case .entryDamaged(let op): touchesSlot(geometry.slot(of: op), geometry)
    case .block(let fault): touches(geometry.blockRange(fault.address))
    case .blockContents(let address, _): touches(geometry.blockRange(address))
    case .numbersExhausted: false
    }
  }

  func isNamed(by audit: CheckpointAudit, _ geometry: Geometry) -> Bool {
    audit.faultCount == audit.faults.count && audit.faults.allSatisfy { touches(geometry.blockRange($0.address)) }
  }

  private func touchesSlot(_ slot: Int, _ geometry: Geometry) -> Bool {
    geometry.slotRanges(slot).contains(where: touches)
  }
}

extension OpeningRefusal {
  /// The refusal with all that it names.
  var words: String {
    switch self {
    case .superblock(let refusal): "\(name): \(refusal)"
    case .journal(let decision):
      "\(name) behind op \(decision.head.op): "
        + decision.faults.map { "\($0.kind.rawValue) of op \($0.op) in slot \($0.slot)" }.joined(separator: ", ")
    case .checkpoint(let fault): "\(name): \(fault.chain), \(fault.defect)"
    case .repliesLost(let slots): "\(name): slots \(slots)"
    case .replyAhead(let reply, let head): "\(name): op \(reply.op) in slot \(reply.slot), head \(head)"
    case .repairInProgress, .readOnlyFeatures, .otherMembers, .truncated, .ioUnitTooSmall: name
    }
  }
}
