import MKraftForensics
import MKraftFormat
import Testing

/// The drill's judgement: silent over a replica that does as it must, and naming what one that does not has done.
@Suite struct DrillLedgerTests {
  static let sessions = 3
  var ledger = DrillLedger(DrillWorkload(seed: 1), sessions: sessions)
  var replica = HonestReplica(DrillWorkload(seed: 1))

  /// Sends a request and takes its answer.
  mutating func request(_ session: Int) {
    let answer = replica.execute(session, ledger.begin(session))
    ledger.acknowledge(session, op: answer.op, results: answer.results, isRetried: false)
  }

  /// Five acknowledged requests of each session, in turns.
  mutating func load() {
    for _ in 0..<5 { for session in 0..<Self.sessions { request(session) } }
  }

  /// Sends a request whose answer is lost.
  mutating func lose(_ session: Int, isExecuted: Bool) {
    let number = ledger.begin(session)
    if isExecuted { _ = replica.execute(session, number) }
  }

  /// The replica starts again: its no-op ends the log.
  mutating func restart() {
    replica.head += 1
    ledger.reopened(head: replica.head)
  }

  mutating func look() -> Int {
    var found = 0
    for session in 0..<Self.sessions {
      let (counter, latest) = (replica.workload.counterKey(session), replica.workload.latestKey(session))
      ledger.judge(session, counter: replica.values[counter], latest: replica.values[latest])
      found += ledger.judge(session, puts: replica.puts(session), from: 1)
    }
    return found
  }

  mutating func judgeLog() {
    ledger.judge(log: replica.headers, clients: (1...Self.sessions).map { UInt128($0) })
  }

  /// The kinds of all faults found, each once.
  var kinds: Set<DrillFault.Kind> { Set(ledger.faults.map(\.kind)) }

  // MARK: A replica that does as it must

  @Test mutating func honestReplicaIsWithoutFault() {
    load()
    lose(0, isExecuted: true)
    lose(1, isExecuted: false)
    restart()
    #expect(look() == 15)
    // The first is answered from its session, the second executed now.
    ledger.acknowledge(0, op: 26, results: Array(repeating: KeyValueResult(.ok), count: 3), isRetried: true)
    let answer = replica.execute(1, 6)
    ledger.acknowledge(1, op: answer.op, results: answer.results, isRetried: true)
    load()
    #expect(look() == 32)
    judgeLog()
    #expect(ledger.faults.isEmpty && ledger.faultCount == 0, "\(ledger.faults)")
    #expect(ledger.acknowledgements.count == 32 && ledger.retried == 2 && ledger.stored == 1)
  }

  // MARK: Lost

  @Test mutating func lostLastRequestIsNamed() {
    load()
    // Session 2's fifth request, the last entry of all, is gone with all it did.
    replica.values[replica.workload.counterKey(2)] = Array("4".utf8)
    replica.values[replica.workload.latestKey(2)] = Array("4".utf8)
    replica.values[replica.workload.putKey(2, 5)] = nil
    replica.log.removeLast()
    replica.head = 24
    ledger.reopened(head: 24)
    #expect(look() == 14)
    judgeLog()
    #expect(kinds == [.lost])
    // The head of the log, the counter, the put and the log each tell of it; it is one loss.
    #expect(ledger.count(.lost) == 1, "\(ledger.faults)")
    #expect(ledger.faults.map(\.key) == ["put/0002/0000000005"] && ledger.faults.map(\.op) == [25])
  }

  @Test mutating func lostPutAloneIsNamed() {
    load()
    replica.values[replica.workload.putKey(1, 3)] = nil
    #expect(look() == 14)
    #expect(ledger.faults.map(\.key) == ["put/0001/0000000003"] && kinds == [.lost])
  }

  @Test mutating func lostPutsOfAWholeSessionAreNamed() {
    load()
    for number in 1...5 { replica.values[replica.workload.putKey(1, UInt64(number))] = nil }
    #expect(look() == 10)
    #expect(ledger.faults.map(\.key) == (1...5).map { replica.workload.putKey(1, $0) } && kinds == [.lost])
  }

  @Test mutating func answerThatTellsOfALostIncrementIsLost() {
    load()
    replica.values[replica.workload.counterKey(0)] = Array("3".utf8)
    request(0)
    #expect(kinds == [.lost], "\(ledger.faults)")
  }

  @Test mutating func opAcknowledgedTwiceIsALostEntry() {
    load()
    // The last entry is replaced by another session's request.
    replica.head = 24
    request(0)
    #expect(ledger.faults.map(\.key) == ["put/0002/0000000005"] && kinds == [.lost])
  }

  @Test mutating func newRequestAtAnOldOpIsLost() {
    load()
    restart()
    replica.head = 25
    request(0)
    #expect(ledger.count(.lost) == 1, "\(ledger.faults)")
  }

  // MARK: Doubled

  @Test mutating func retryThatIsExecutedAgainIsDoubled() {
    load()
    lose(0, isExecuted: true)
    restart()
    #expect(look() == 15)
    let again = replica.execute(0, 6)
    ledger.acknowledge(0, op: again.op, results: again.results, isRetried: true)
    // Its compare-and-set found its own effect, its op is a new one, and the log shows it twice.
    #expect(ledger.faults.map(\.key) == ["put/0000/0000000006"] && kinds == [.doubled], "\(ledger.faults)")
    judgeLog()
    #expect(ledger.count(.doubled) == 1 && ledger.faultCount == 2, "\(ledger.faults)")
    #expect(ledger.faults.last?.kind == .reordered)
  }

  @Test mutating func secondEntryInTheLogIsDoubled() {
    load()
    _ = replica.execute(1, 5)
    judgeLog()
    #expect(ledger.faults.map(\.key) == ["put/0001/0000000005"] && kinds == [.doubled])
  }

  // MARK: Reordered, altered, unexpected

  @Test mutating func earlierRequestExecutedLateIsReordered() {
    load()
    _ = replica.execute(1, 4)
    #expect(look() == 15)
    #expect(ledger.faults.map(\.key) == ["latest/0001"] && kinds == [.reordered])
  }

  @Test mutating func opBelowThatOfTheRequestBeforeIsReordered() {
    load()
    replica.head = 0
    request(0)
    #expect(kinds == [.reordered], "\(ledger.faults)")
  }

  @Test mutating func entryAtAnotherOpIsReordered() {
    load()
    replica.log[3] = .init(session: 0, number: 2, op: 99)
    judgeLog()
    #expect(ledger.faults.map(\.op) == [99] && kinds == [.reordered])
  }

  @Test mutating func otherValueIsAltered() {
    load()
    replica.values[replica.workload.putKey(2, 1)]?[0] ^= 1
    replica.values[replica.workload.counterKey(0)] = Array("5x".utf8)
    #expect(look() == 15)
    #expect(ledger.faults.map(\.key) == ["counter/0000", "put/0002/0000000001"] && kinds == [.altered])
  }

  @Test mutating func whatNobodySentIsUnexpected() {
    load()
    _ = replica.execute(1, 6)
    #expect(look() == 15)
    judgeLog()
    // The counter; the put and its entry are one.
    #expect(kinds == [.unexpected] && ledger.faultCount == 2, "\(ledger.faults)")
  }

  @Test mutating func halfExecutedRequestIsUnexpected() {
    load()
    lose(0, isExecuted: true)
    replica.values[replica.workload.counterKey(0)] = Array("5".utf8)
    replica.values[replica.workload.latestKey(0)] = Array("5".utf8)
    restart()
    #expect(look() == 15)
    #expect(ledger.faults.map(\.key) == ["put/0000/0000000006"] && kinds == [.unexpected])
  }

  @Test mutating func faultsBeyondTheLimitAreCounted() {
    load()
    var foreign = PrepareHeader()
    foreign.operation = Operation.keyValue.rawValue
    foreign.client = 99
    let entries = (1...UInt64(DrillLedger.faultsMax + 1)).map {
      foreign.op = 100 + $0
      return foreign
    }
    ledger.judge(log: replica.headers + entries, clients: [1, 2, 3])
    #expect(ledger.faults.count == DrillLedger.faultsMax && ledger.count(.unexpected) == DrillLedger.faultsMax + 1)
  }
}
