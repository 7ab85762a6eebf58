public import MKraftFormat
internal import MKraftStorage

/// What clients ask for.
extension ReplicaCore {
  /// Takes a message whose header and body are verified.
  @_specialize(where Machine == KeyValueStateMachine)
  public func receive(
    from connection: ConnectionID, header: MessageHeader, body: RawSpan, now: UInt64,
    into effects: inout [ReplicaEffect]
  ) {
    guard phase != .halted && phase != .stopped else { return }
    self.now = max(self.now, now)
    switch header.command {
    case .pingClient: answerPing(header, from: connection, into: &effects)
    case .request:
      if let refusal = take(header, body, from: connection, into: &effects) {
        refuse(refusal, answering: header.checksum, to: connection, into: &effects)
      }
      pump(into: &effects)
    case .pongClient, .reply, .refusal:
      refuse(.operationUnknown, answering: header.checksum, to: connection, into: &effects)
    }
  }

  private func answerPing(_ ping: MessageHeader, from connection: ConnectionID, into effects: inout [ReplicaEffect]) {
    guard ping.cluster == 0 || ping.cluster == superblock.cluster else {
      return refuse(.clusterMismatch, answering: ping.checksum, to: connection, into: &effects)
    }
    var pong = message(.pongClient)
    pong.requestChecksum = ping.checksum
    pong.op = journal.durableOp
    pong.echo = ping.echo
    pong.timestamp = now
    pong.messageSize = geometry.messageSize
    pong.operation = consensus.role.rawValue
    pong.seal()
    effects.append(.send(connection, pong, body: []))
  }

  /// Takes a request, or says why not.
  private func take(
    _ header: MessageHeader, _ body: RawSpan, from connection: ConnectionID, into effects: inout [ReplicaEffect]
  ) -> Refusal? {
    guard header.cluster == superblock.cluster else { return .clusterMismatch }
    switch phase {
    case .serving: break
    case .stopping, .stampingClean, .stopped, .halted: return .stopping
    default: return .starting
    }
    guard consensus.role == .leader else { return .notLeader }
    guard body.byteCount <= geometry.bodySizeMax else { return .bodyInvalid }
    switch Operation(rawValue: header.operation) {
    case .register: return takeRegister(header, body, from: connection, into: &effects)
    case .keyValue: return takeKeyValue(header, body, from: connection, into: &effects)
    default: return .operationUnknown
    }
  }

  private func takeRegister(
    _ header: MessageHeader, _ body: RawSpan, from connection: ConnectionID, into effects: inout [ReplicaEffect]
  ) -> Refusal? {
    guard header.client != 0, header.session == 0, header.request == 0, body.byteCount == 0 else { return .bodyInvalid }
    return admit(header, body, from: connection, into: &effects)
  }

  private func takeKeyValue(
    _ header: MessageHeader, _ body: RawSpan, from connection: ConnectionID, into effects: inout [ReplicaEffect]
  ) -> Refusal? {
    let isReadOnly: Bool
    do {
      isReadOnly = try KeyValueBatchView(validating: body, bodySizeMax: geometry.bodySizeMax).isReadOnly
    } catch { return .bodyInvalid }
    guard !isReadOnly else {
      guard reads.count < ReplicaCore.readLimit else { return .overloaded }
      reads.append(
        QueuedRead(connection: connection, header: header, body: [UInt8](copying: body), after: lastAccepted))
      return nil
    }
    guard header.client != 0, let session = sessions[header.client], session.number == header.session else {
      return .sessionUnknown
    }
    guard header.request > session.request else {
      guard header.request == session.request, header.request > 0 else { return .requestStale }
      guard header.checksum == session.requestChecksum else { return .requestMismatch }
      reply(from: session, to: connection, into: &effects)
      return nil
    }
    return admit(header, body, from: connection, into: &effects)
  }

  /// The op that the last request taken will have.
  private var lastAccepted: UInt64 { head.op + UInt64(requests.count) }

  /// What a client's earlier request, still under way, means for a new one.
  private enum Conflict {
    case none
    /// It is the same request again, and is answered on the new connection.
    case joined
    case busy
  }

  private func conflict(with header: MessageHeader, from connection: ConnectionID) -> Conflict {
    if let index = window.firstIndex(where: { $0.header.client == header.client }) {
      guard window[index].header.requestChecksum == header.checksum else { return .busy }
      window[index].connection = connection
      return .joined
    }
    if let index = requests.firstIndex(where: { $0.header.client == header.client }) {
      guard requests[index].header.checksum == header.checksum else { return .busy }
      requests[index].connection = connection
      return .joined
    }
    return .none
  }

  /// Queues the request until the pipeline has a place; one request of a client at a time.
  private func admit(
    _ header: MessageHeader, _ body: RawSpan, from connection: ConnectionID, into effects: inout [ReplicaEffect]
  ) -> Refusal? {
    switch conflict(with: header, from: connection) {
    case .none: break
    case .joined: return nil
    case .busy: return .sessionBusy
    }
    guard hasNumbersLeft else { return .numbersExhausted }
    guard requests.count < Int(geometry.sessions) else { return .overloaded }
    hasGrowthFailed = false
    requests.append(QueuedRequest(connection: connection, header: header, body: [UInt8](copying: body)))
    return nil
  }

  /// Begins entries for waiting requests as far as the pipeline has places, the ring has slots, and the file has space. A full ring
  /// waits for the checkpoint that is being written.
  func admitQueued(into effects: inout [ReplicaEffect]) {
    while phase == .serving || phase == .stopping, window.count < Int(geometry.pipeline), let request = requests.first {
      guard head.op < geometry.lastClientOp(after: superblock.checkpoint.op) else { return }
      let body = request.body.rawSpan
      let pledge = blocksNeeded(request.header, body)
      let trailers = trailersToCome(pledge)
      guard hasSpace(for: pledge, trailers: trailers) else {
        return grow(for: pledge, trailers: trailers, into: &effects)
      }
      guard let operation = Operation(rawValue: request.header.operation) else {
        preconditionFailure("the operation was checked")
      }
      begin(
        operation, for: request.header, body: body, from: request.connection, pledge: pledge, into: &effects)
      requests.removeFirst()
    }
  }

  private func blocksNeeded(_ header: MessageHeader, _ body: RawSpan) -> UInt64 {
    guard header.operation == Operation.keyValue.rawValue else { return 0 }
    return machine.blocksNeeded(body: body, pledged: pledgedBlocks)
  }

  /// Answers reads that come after nothing but applied entries. They take no op.
  func serveReads(into effects: inout [ReplicaEffect]) {
    while let read = reads.first, read.after <= applied, execution == nil || execution == .read, phase != .halted {
      guard
        let result = execute(
          .read, op: applied, timestamp: appliedTimestamp, body: read.body.rawSpan, into: &effects)
      else { return }
      reads.removeFirst()
      var header = message(.reply)
      header.client = read.header.client
      header.requestChecksum = read.header.checksum
      header.op = applied
      header.session = read.header.session
      header.request = read.header.request
      header.timestamp = appliedTimestamp
      header.operation = Operation.keyValue.rawValue
      header.seal(body: result.rawSpan)
      effects.append(.send(read.connection, header, body: result))
    }
  }
}
