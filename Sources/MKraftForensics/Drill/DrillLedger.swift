package import MKraftFormat

/// The clients' own record of a drill, and the judgement over what a replica shows them later. It trusts nothing but answers.
package struct DrillLedger: Sendable {
  /// An acknowledged request.
  package struct Acknowledgement: Sendable, Equatable {
    package let session: Int
    package let number: UInt64
    package let op: UInt64
    package let round: Int
    /// Sent again after its first answer was lost.
    package let isRetried: Bool
    /// Answered from the session's stored reply, without being executed again.
    package let isStored: Bool
  }

  /// What a fault is about.
  private struct Subject: Hashable {
    let kind: DrillFault.Kind
    let key: String
    /// Where there is no key.
    let op: UInt64?
  }

  /// Most faults kept; further ones are counted.
  package static let faultsMax = 1000

  package let workload: DrillWorkload
  package internal(set) var sessions: [DrillSession]
  package private(set) var acknowledgements: [Acknowledgement] = []
  package private(set) var faults: [DrillFault] = []
  private var faultCounts: [Int]
  /// What was found wrong once is not counted again for another sign of it.
  private var known: Set<Subject> = []
  /// The replica's life, from 1.
  package private(set) var round = 1
  /// The op that ended the log when the replica's life began, and everything that clients had sent before was in it or gone.
  private var openingHead: UInt64 = 0
  /// Who was told of which op: place in `acknowledgements`.
  private var owners: [UInt64: Int] = [:]

  package init(_ workload: DrillWorkload, sessions: Int) {
    self.workload = workload
    self.sessions = Array(repeating: DrillSession(), count: sessions)
    faultCounts = Array(repeating: 0, count: DrillFault.Kind.allCases.count)
  }

  package func count(_ kind: DrillFault.Kind) -> Int {
    DrillFault.Kind.allCases.firstIndex(of: kind).map { faultCounts[$0] } ?? 0
  }

  package var faultCount: Int { faultCounts.reduce(0, +) }
  package var retried: Int { acknowledgements.count { $0.isRetried } }
  package var stored: Int { acknowledgements.count { $0.isStored } }

  // MARK: Clients

  /// Begins the session's next request: its number.
  package mutating func begin(_ session: Int) -> UInt64 {
    precondition(sessions[session].pending == nil, "a session sends one request at a time")
    let number = sessions[session].acknowledged + 1
    sessions[session].pending = number
    sessions[session].isPendingExecuted = nil
    return number
  }

  /// Takes down the answer to the session's pending request.
  package mutating func acknowledge(_ session: Int, op: UInt64, results: [KeyValueResult], isRetried: Bool) {
    guard let number = sessions[session].pending else { preconditionFailure("only what was sent is answered") }
    judge(results, of: session, number, op: op)
    judge(op: op, of: session, number, isRetried: isRetried)
    let isStored = isRetried && op <= openingHead
    sessions[session].ops.append(op)
    sessions[session].pending = nil
    sessions[session].isPendingExecuted = nil
    acknowledgements.append(
      Acknowledgement(
        session: session, number: number, op: op, round: round, isRetried: isRetried, isStored: isStored))
  }

  /// The replica was started again, and its log ended at `head` before any client sent anything.
  package mutating func reopened(head: UInt64) {
    round += 1
    openingHead = head
    judge(head: head)
  }

  /// Compares the end of the log, in the file or in a replica that was just started, with what was acknowledged.
  package mutating func judge(head: UInt64) {
    let last = acknowledgements.max { $0.op < $1.op }
    guard let last, last.op > head else { return }
    let key = workload.putKey(last.session, last.number)
    add(.lost, key, last.op, "the log now ends at op \(head), below this acknowledged one")
  }

  // MARK: Judgement over answers

  private mutating func judge(_ results: [KeyValueResult], of session: Int, _ number: UInt64, op: UInt64) {
    let key = workload.counterKey(session)
    guard results.count == 3, results[1].status == .ok, results[2].status == .ok else {
      return add(.unexpected, key, op, "request \(number) was answered with \(results.map(\.status))")
    }
    guard results[0].status != .ok else { return }
    let found = DrillWorkload.number(results[0].value)
    guard results[0].status == .conditionFailed, found != nil || results[0].current == .absent else {
      return add(.altered, key, op, "request \(number) found a counter that is no number")
    }
    let counter = found ?? 0
    if counter == number {
      add(
        .doubled, workload.putKey(session, number), op,
        "request \(number) found its own effect in \(key): it was executed twice")
    } else if counter < number {
      add(.lost, key, op, "request \(number) found the counter at \(counter), acknowledged up to \(number - 1)")
    } else {
      add(.unexpected, key, op, "request \(number) found the counter at \(counter), which was not sent yet")
    }
  }

  private mutating func judge(op: UInt64, of session: Int, _ number: UInt64, isRetried: Bool) {
    let key = workload.putKey(session, number)
    if let last = sessions[session].ops.last, op <= last {
      add(.reordered, key, op, "request \(number) has an op not above that of request \(number - 1), \(last)")
    }
    if let earlier = owners[op].map({ acknowledgements[$0] }) {
      let lost = workload.putKey(earlier.session, earlier.number)
      add(.lost, lost, op, "the op was acknowledged to this request, and later to \(key)")
    } else {
      owners[op] = acknowledgements.count
    }
    guard isRetried, let wasExecuted = sessions[session].isPendingExecuted else {
      if !isRetried, op <= openingHead { add(.lost, key, op, "a new request got an op that the log held already") }
      return
    }
    if wasExecuted, op > openingHead {
      add(.doubled, key, op, "request \(number) had been executed, and became an entry of the log again")
    }
    if !wasExecuted, op <= openingHead {
      add(.lost, key, op, "request \(number) is in the log, and its effect was not there")
    }
  }

  mutating func add(_ kind: DrillFault.Kind, _ key: String, _ op: UInt64?, _ detail: String) {
    guard known.insert(Subject(kind: kind, key: key, op: key.isEmpty ? op : nil)).inserted else { return }
    if let index = DrillFault.Kind.allCases.firstIndex(of: kind) { faultCounts[index] += 1 }
    guard faults.count < DrillLedger.faultsMax else { return }
    faults.append(DrillFault(kind: kind, key: key, op: op, detail: detail, round: round))
  }
}
