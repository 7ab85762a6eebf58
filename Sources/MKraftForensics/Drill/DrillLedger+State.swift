package import MKraftFormat

/// Judgement over what a replica holds, while nothing is being written.
extension DrillLedger {
  /// Compares a session's counter and latest number, nil where the key has no value, with what was acknowledged.
  package mutating func judge(_ session: Int, counter: [UInt8]?, latest: [UInt8]?) {
    let key = workload.counterKey(session)
    guard let count = number(counter, key), let last = number(latest, workload.latestKey(session)) else { return }
    let acknowledged = sessions[session].acknowledged
    let pending = sessions[session].pending
    if count < acknowledged {
      for number in count + 1...acknowledged {
        add(
          .lost, workload.putKey(session, number), sessions[session].ops[Int(number - 1)],
          "request \(number) was acknowledged, and the counter \(key) stands at \(count)")
      }
    } else if count > acknowledged, count != pending {
      add(
        .unexpected, key, nil, "the counter stands at \(count); acknowledged are \(acknowledged), nothing else was sent"
      )
    }
    if pending != nil { sessions[session].isPendingExecuted = count == pending }
    guard last != count else { return }
    add(
      .reordered, workload.latestKey(session), nil,
      "request \(last) took effect after request \(count), though it was sent before")
  }

  /// Compares the keys that only one request each writes, from that of request `first` on, with what was acknowledged.
  /// - Parameter pairs: all pairs of the session from there on, in the order of their keys.
  /// - Returns: how many acknowledged puts were found as they must be.
  package mutating func judge(_ session: Int, puts pairs: [KeyValuePair], from first: UInt64) -> Int {
    let acknowledged = sessions[session].acknowledged
    var next = first
    var found = 0
    for pair in pairs {
      guard let number = workload.number(ofPutKey: pair.key, session), number >= next else {
        add(.unexpected, String(decoding: pair.key, as: UTF8.self), nil, "no request writes this key here")
        continue
      }
      reportLost(session, next, before: min(number, acknowledged + 1))
      next = number + 1
      judge(pair, session, number)
      if number <= acknowledged { found += 1 }
    }
    reportLost(session, next, before: acknowledged + 1)
    return found
  }

  private mutating func judge(_ pair: KeyValuePair, _ session: Int, _ number: UInt64) {
    let key = workload.putKey(session, number)
    let state = sessions[session]
    let op = number <= state.acknowledged ? state.ops[Int(number - 1)] : nil
    if op == nil, number != state.pending || state.isPendingExecuted == false {
      add(.unexpected, key, nil, "request \(number) has an effect, and was not sent or only half executed")
    }
    if pair.value != workload.value(session, number) {
      add(.altered, key, op, "the value is not the one that was put")
    }
  }

  private mutating func reportLost(_ session: Int, _ first: UInt64, before end: UInt64) {
    guard first < end else { return }
    for number in first..<end {
      let op = sessions[session].ops[Int(number - 1)]
      add(.lost, workload.putKey(session, number), op, "request \(number) was acknowledged, and its key has no value")
    }
  }

  /// The number in a counter, 0 if it has no value; nil, and a fault, if it is none.
  private mutating func number(_ value: [UInt8]?, _ key: String) -> UInt64? {
    guard let value else { return 0 }
    let number = DrillWorkload.number(value)
    if number == nil { add(.altered, key, nil, "the value is no number") }
    return number
  }
}
