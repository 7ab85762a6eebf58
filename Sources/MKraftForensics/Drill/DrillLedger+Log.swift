package import MKraftFormat

/// Judgement over the log in the file, when no replica runs.
extension DrillLedger {
  /// Compares the entries of the log, in op order, with what was acknowledged: each request once, at the op that its client was
  /// told.
  /// - Parameters:
  ///   - checkpoint: the op of the checkpoint; the log does not reach further back.
  ///   - clients: ids of the sessions' clients, by session.
  package mutating func judge(log entries: [PrepareHeader], after checkpoint: UInt64 = 0, clients: [UInt128]) {
    var sessionOfClient: [UInt128: Int] = [:]
    for (session, client) in clients.enumerated() { sessionOfClient[client] = session }
    var seen = sessions.map { [UInt64?](repeating: nil, count: $0.ops.count) }
    for entry in entries where entry.operation == Operation.keyValue.rawValue {
      guard let session = sessionOfClient[entry.client], entry.request > 0 else {
        add(.unexpected, "", entry.op, "the log holds a request of client \(entry.client.hex), which sent none")
        continue
      }
      note(entry, session, &seen[session])
    }
    for session in sessions.indices { judge(session, seen[session], after: checkpoint) }
  }

  private mutating func note(_ entry: PrepareHeader, _ session: Int, _ seen: inout [UInt64?]) {
    let key = workload.putKey(session, entry.request)
    guard entry.request <= sessions[session].acknowledged else {
      if entry.request == sessions[session].pending { return }
      return add(.unexpected, key, entry.op, "the log holds request \(entry.request), which was not sent")
    }
    let index = Int(entry.request - 1)
    if let first = seen[index] {
      return add(.doubled, key, entry.op, "request \(entry.request) is in the log twice, first as op \(first)")
    }
    seen[index] = entry.op
  }

  private mutating func judge(_ session: Int, _ seen: [UInt64?], after checkpoint: UInt64) {
    for (index, op) in seen.enumerated() {
      let told = sessions[session].ops[index]
      guard op != told, op != nil || told > checkpoint else { continue }
      let key = workload.putKey(session, UInt64(index + 1))
      if let op {
        add(.reordered, key, op, "the client was told op \(told)")
      } else {
        add(.lost, key, told, "the log has no entry of this acknowledged request")
      }
    }
  }
}
