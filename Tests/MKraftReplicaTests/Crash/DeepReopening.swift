import MKraftFormat
import MKraftReplica
import MKraftStorage

/// Starts a replica on a file, reads back every pair and every session's last reply, and opens the file once more.
struct DeepReopening {
  private let reopening: Reopening
  private let log: LogModel
  private let head: UInt64
  /// Whether the replica is driven on for two checkpoints.
  private let goesOn: Bool
  private var geometry: Geometry { log.geometry }

  init(_ reopening: Reopening, _ log: LogModel, _ head: UInt64, goesOn: Bool) {
    self.reopening = reopening
    self.log = log
    self.head = head
    self.goesOn = goesOn
  }

  func judge(_ file: MemoryStorage) -> Reopening.Outcome {
    do throws(OpeningRefusal) {
      // A clock that stands still: what is written depends on the file alone.
      let shell = try SimulatedShell(file, cacheBlocks: 1, now: 1)
      shell.start()
      shell.completeAll()
      guard shell.isReady else { return ended(shell) }
      return try judge(shell)
    } catch { return .violation("refused when opened again: \(error.words)") }
  }

  private func judge(_ shell: SimulatedShell<KeyValueStateMachine>) throws(OpeningRefusal) -> Reopening.Outcome {
    guard let pairs = pairs(shell) else { return ended(shell) }
    guard pairs == log[head].pairs else {
      return .violation("\(pairs.count) pairs after op \(head), not the model's \(log[head].pairs.count)")
    }
    if let wrong = wrongReply(shell) { return .violation(wrong) }
    return try judgeAgain(shell)
  }

  /// A replica that does not go on must name what was damaged.
  private func ended(_ shell: SimulatedShell<KeyValueStateMachine>) -> Reopening.Outcome {
    guard let halt = shell.halt else { return .violation("neither ready nor halted") }
    guard let fault = reopening.fault, fault.isNamed(by: halt, geometry) else { return .violation("halted: \(halt)") }
    return .named
  }

  /// All pairs, by scans; nil if the replica halted.
  private func pairs(_ shell: SimulatedShell<KeyValueStateMachine>) -> Fingerprint? {
    var pairs = Fingerprint()
    var start: [UInt8] = [0]
    while true {
      guard let body = ask(shell, .scan(start: start, end: nil, limit: .max)),
        let result = (try? decodeResults(body))?.first
      else { return nil }
      for pair in result.pairs { pairs.add(pair.key, pair.value) }
      guard result.more, let last = result.pairs.last else { return pairs }
      start = last.key + [0]
    }
  }

  private func ask(_ shell: SimulatedShell<KeyValueStateMachine>, _ event: KeyValueEvent) -> [UInt8]? {
    let body = write(event)
    var header = MessageHeader(.request, cluster: CrashProfile.cluster)
    header.operation = Operation.keyValue.rawValue
    header.seal(body: body.rawSpan)
    return send(shell, (header, body))?.body
  }

  private func send(
    _ shell: SimulatedShell<KeyValueStateMachine>, _ message: (header: MessageHeader, body: [UInt8])
  ) -> SimulatedShell<KeyValueStateMachine>.Sent? {
    shell.sent.removeAll()
    shell.receive(from: ConnectionID(1), message.header, message.body)
    shell.completeAll()
    return shell.sent.first { $0.header.command == .reply }
  }

  /// A client that repeats its last request gets the reply that it was given, or would have been.
  private func wrongReply(_ shell: SimulatedShell<KeyValueStateMachine>) -> String? {
    for session in log[head].sessions where session.request > 0 {
      guard let request = reopening.recording.requests[session.requestChecksum] else { return "a request of nobody" }
      guard let reply = send(shell, request) else { return "client \(session.client) got no reply again" }
      let entry = log[session.op]
      guard reply.header.op == session.op, (try? decodeResults(reply.body)) == entry.results else {
        return "client \(session.client) got another reply than that to op \(session.op)"
      }
      if let given = reopening.recording.replies[entry.header.checksum], given != reply.body {
        return "client \(session.client) got other bytes than before for op \(session.op)"
      }
    }
    return nil
  }

  /// What the first start decided is durable: the second finds nothing to do.
  private func judgeAgain(_ shell: SimulatedShell<KeyValueStateMachine>) throws(OpeningRefusal) -> Reopening.Outcome {
    let head = shell.replica.status.head
    let again = try Opening.read(shell.storage)
    guard again.journal.head.op == head, again.superblock.term == shell.replica.status.term else {
      return .violation("the second opening finds op \(again.journal.head.op), the first start ended at \(head)")
    }
    let repairs = again.superblockDecision.repairs.filter { !shell.replica.status.unwritableCopies.contains($0) }
    let healed = again.journal.slots.contains { $0.disposition == .fixed || $0.disposition == .vacated }
    guard repairs.isEmpty, !healed else { return .violation("the second opening has something to heal") }
    return goesOn ? try goOn(shell) : .right
  }

  // MARK: On to other checkpoints

  /// A file that was recovered is worth something only if a replica lives on it: two checkpoints later everything is still there.
  private func goOn(_ shell: SimulatedShell<KeyValueStateMachine>) throws(OpeningRefusal) -> Reopening.Outcome {
    var client = CrashClient(id: 1 << 100)
    var expected = log[head].pairs
    let end = shell.replica.status.checkpoint + 2 * UInt64(geometry.checkpointInterval)
    while shell.replica.status.checkpoint < end {
      let number = shell.replica.status.head
      let key = [UInt8](repeating: 0xFF, count: 12) + [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
      let value = [UInt8](repeating: 1, count: 900)
      let isRegister = !client.isRegistered
      let message = client.next { write(.put(key: key, value: value)) }
      guard let reply = send(shell, message) else { return ended(shell) }
      client.take(reply.header)
      if !isRegister { expected.add(key, value) }
    }
    guard let pairs = pairs(shell) else { return ended(shell) }
    guard pairs == expected else { return .violation("two checkpoints later there are other pairs") }
    let opening = try Opening.read(shell.storage)
    let audit = CheckpointAudit.run(shell.storage, opening.superblock, opening.checkpoint)
    guard audit.faultCount > 0 else { return .right }
    guard let fault = reopening.fault, fault.isNamed(by: audit, geometry) else {
      return .violation("two checkpoints later: \(audit.faults)")
    }
    return .named
  }

  private func write(_ event: KeyValueEvent) -> [UInt8] {
    var batch = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    try? batch.append(event)
    return batch.body
  }
}
