internal import MKraftFormat
internal import MKraftStorage

/// From a request to a committed entry to a reply.
extension ReplicaCore {
  func takeBuffer() -> IOBuffer {
    freeBuffers.popLast() ?? IOBuffer(byteCount: Int(geometry.messageSize))
  }

  /// Begins the next entry: fills a buffer, links it to the head, and hands its prepare to the journal.
  func begin(
    _ operation: Operation, for request: MessageHeader? = nil, body: RawSpan = RawSpan(),
    from connection: ConnectionID? = nil, pledge: UInt64 = 0,
    into effects: inout [ReplicaEffect]
  ) {
    precondition(
      head.op < geometry.lastPreparableOp(after: superblock.checkpoint.op), "there is a slot for the entry")
    guard let checkpointID = CheckpointIDs(superblock)[head.op + 1] else {
      preconditionFailure("the checkpoint that an entry names is complete")
    }
    var header = PrepareHeader()
    header.cluster = superblock.cluster
    header.parent = head.checksum
    header.requestChecksum = request?.checksum ?? 0
    header.checkpointID = checkpointID
    header.client = request?.client ?? 0
    header.term = consensus.term
    header.op = head.op + 1
    header.commit = consensus.commit
    header.timestamp = max(head.timestamp + 1, min(now, ReplicaCore.clockLimit))
    header.session = request?.session ?? 0
    header.request = request?.request ?? 0
    header.configurationEpoch = superblock.configurationEpoch
    header.size = UInt32(PrepareHeader.byteCount + body.byteCount)
    header.release = FormatVersion.release
    header.operation = operation.rawValue
    header.replica = superblock.replica
    header.bodyChecksum = Checksum.of(body, as: .prepareBody)
    header.seal()
    precondition(header.isChild(of: head), "an entry continues the chain")
    let buffer = takeBuffer()
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body, at: PrepareHeader.byteCount)
    buffer.zero(Int(header.size)..<geometry.bytesOnDisk(size: Int(header.size)))
    window.append(WindowEntry(header: header, buffer: buffer, connection: connection, pledge: pledge))
    pledgedBlocks += pledge
    head = header
    entriesBegun += 1
    submit(journal.begin(header, in: buffer), .prepare(op: header.op), into: &effects)
  }

  /// Applies what is committed, in op order.
  func applyCommitted(into effects: inout [ReplicaEffect]) {
    while let entry = window.first, entry.header.op <= consensus.commit, phase != .halted {
      freezeIfDue(into: &effects)
      let body = entry.buffer.bytes.extracting(PrepareHeader.byteCount..<Int(entry.header.size))
      guard apply(entry.header, body, for: entry.connection, into: &effects) else { return }
      window.removeFirst()
      pledgedBlocks -= entry.pledge
      freeBuffers.append(entry.buffer)
    }
  }

  /// Applies the next entry; false if it must wait: for the grid, for a checkpoint, or for a read that has begun.
  func apply(
    _ header: PrepareHeader, _ body: RawSpan, for connection: ConnectionID?, into effects: inout [ReplicaEffect]
  ) -> Bool {
    precondition(header.op == applied + 1, "entries are applied in op order")
    guard header.op <= executionLimit, applied != nextCheckpointOp else { return false }
    guard execution == nil || execution == .entry(op: header.op) else { return false }
    freeExpiredBlocks(before: header.op)
    switch Operation(rawValue: header.operation) {
    case .register:
      sessions.open(Session(registeredBy: header))
      reply(to: header, over: connection, into: &effects)
    case .keyValue:
      guard applyKeyValue(header, body, for: connection, into: &effects) else { return false }
    case .root, .noop, .upgrade, .reconfigure, nil: break
    }
    applied = header.op
    appliedTimestamp = header.timestamp
    return true
  }

  /// Executes a request of a session that is open, once: a session evicted or replaced meanwhile, or a request that was
  /// executed already, changes nothing. All of that depends on the log alone.
  private func applyKeyValue(
    _ header: PrepareHeader, _ body: RawSpan, for connection: ConnectionID?, into effects: inout [ReplicaEffect]
  ) -> Bool {
    guard sessions.admits(header) else {
      if let connection {
        refuse(.sessionUnknown, answering: header.requestChecksum, to: connection, into: &effects)
      }
      return true
    }
    guard
      let result = execute(
        .entry(op: header.op), op: header.op, timestamp: header.timestamp, body: body, into: &effects)
    else { return false }
    sessions.executed(header, result: result)
    reply(to: header, over: connection, into: &effects)
    return true
  }

  /// Executes a batch; nil if it must wait for the grid, or if the replica has halted.
  func execute(
    _ what: Executing, op: UInt64, timestamp: UInt64, body: RawSpan, into effects: inout [ReplicaEffect]
  ) -> [UInt8]? {
    let buffer = resultBuffer
    var result = buffer.mutableBytes
    let outcome = machine.execute(
      op: op, timestamp: timestamp, operation: Operation.keyValue.rawValue, body: body, result: &result)
    switch outcome {
    case .finished(let count):
      execution = nil
      return [UInt8](copying: buffer.bytes.extracting(0..<count))
    case .waiting:
      execution = what
    case .damaged(let address, let broken):
      halt(.blockContents(address: address, broken), into: &effects)
    }
    return nil
  }

  private func reply(
    to header: PrepareHeader, over connection: ConnectionID?, into effects: inout [ReplicaEffect]
  ) {
    guard let connection, let session = sessions[header.client] else { return }
    reply(from: session, to: connection, into: &effects)
  }

  /// Sends the stored result of a session's last request.
  func reply(from session: Session, to connection: ConnectionID, into effects: inout [ReplicaEffect]) {
    var header = message(.reply)
    header.client = session.client
    header.requestChecksum = session.requestChecksum
    header.op = session.op
    header.session = session.number
    header.request = session.request
    header.timestamp = session.timestamp
    header.operation = session.operation
    header.seal(body: session.result.rawSpan)
    effects.append(.send(connection, header, body: session.result))
  }

  /// A message of this replica, not sealed. Only a durable term is told: that of the established superblock, not one that is
  /// being taken.
  func message(_ command: Command) -> MessageHeader {
    var header = MessageHeader(command, cluster: superblock.cluster)
    header.term = superblock.term
    header.commit = consensus.commit
    header.release = FormatVersion.release
    header.replica = superblock.replica
    header.leader = consensus.leader.map(UInt8.init) ?? MessageHeader.noReplica
    return header
  }

  func refuse(
    _ refusal: Refusal, answering requestChecksum: UInt128, to connection: ConnectionID,
    into effects: inout [ReplicaEffect]
  ) {
    var header = message(.refusal)
    header.requestChecksum = requestChecksum
    header.status = refusal.rawValue
    header.seal()
    effects.append(.send(connection, header, body: []))
  }
}
