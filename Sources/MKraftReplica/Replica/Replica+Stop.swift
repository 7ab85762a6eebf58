internal import MKraftFormat
internal import MKraftStorage

/// The clean stop.
extension ReplicaCore {
  /// Takes no more requests, finishes what is under way, then records the head and the clean mark, so that whatever is wrong
  /// with the log later is certainly damage and not a torn write (rule R7).
  public func stop(into effects: inout [ReplicaEffect]) {
    stopRequested = true
    guard phase == .serving else { return }
    phase = .stopping
    for request in requests {
      guard let connection = request.connection else { continue }
      refuse(.stopping, answering: request.header.checksum, to: connection, into: &effects)
    }
    requests.removeAll()
    stopWaitingForRequests()
    pump(into: &effects)
  }

  func stampClean(into effects: inout [ReplicaEffect]) {
    precondition(journal.durableOp == head.op && applied == head.op, "nothing is under way at a clean stop")
    phase = .stampingClean
    var next = superblock.successor()
    next.commitMax = consensus.commit
    next.clean = LogPosition(head)
    next.seal()
    establish(next, for: .clean, copies: Array(0..<Superblock.copyCount), into: &effects)
  }
}
