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
    from connection: ConnectionID? = nil,
    into effects: inout [ReplicaEffect]
  ) {
    precondition(head.op < geometry.lastOp(after: superblock.checkpoint.op), "there is a slot for the entry")
    var header = PrepareHeader()
    header.cluster = superblock.cluster
    header.parent = head.checksum
    header.requestChecksum = request?.checksum ?? 0
    header.checkpointID = superblock.checkpoint.parentID
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
    window.append(WindowEntry(header: header, buffer: buffer, connection: connection))
    head = header
    entriesBegun += 1
    submit(journal.begin(header, in: buffer), .prepare(op: header.op), into: &effects)
  }

  /// Applies what is committed, in op order.
  func applyCommitted(into effects: inout [ReplicaEffect]) {
    while let entry = window.first, entry.header.op <= consensus.commit {
      let body = entry.buffer.bytes.extracting(PrepareHeader.byteCount..<Int(entry.header.size))
      guard apply(entry.header, body, for: entry.connection, into: &effects) else { return }
      window.removeFirst()
      freeBuffers.append(entry.buffer)
    }
  }

  /// Whether the state machine has all that it needs for the operation; if not, the next block is asked for.
  func isCached(operation: UInt8, body: RawSpan, into effects: inout [ReplicaEffect]) -> Bool {
    guard case .needs(let references) = machine.prefetch(operation: operation, body: body) else { return true }
    guard let reference = references.first else { preconditionFailure("what is needed is named") }
    precondition(reference.address > 0, "a reference to a block")
    blockAwaited = true
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    let offset = geometry.offset(of: .grid) + (reference.address - 1) * UInt64(geometry.blockSize)
    submit(.read, .block(reference, buffer), offset: offset, count: buffer.byteCount, buffer, into: &effects)
    return false
  }

  /// Whether the buffer holds the block that is referred to, by place and by checksum (rule R16).
  func isBlock(_ buffer: IOBuffer, of reference: BlockReference) -> Bool {
    guard let header = try? BlockHeader(decoding: buffer.bytes) else { return false }
    return header.checksum == reference.checksum && header.address == reference.address
      && header.cluster == superblock.cluster
  }

  /// Applies the next entry; false if it must wait for a block. Prefetch first: apply does no I/O (rule R23).
  func apply(
    _ header: PrepareHeader, _ body: RawSpan, for connection: ConnectionID?, into effects: inout [ReplicaEffect]
  ) -> Bool {
    precondition(header.op == applied + 1, "entries are applied in op order")
    guard !blockAwaited else { return false }
    switch Operation(rawValue: header.operation) {
    case .register:
      sessions.open(
        Session(
          client: header.client, number: header.op, requestChecksum: header.requestChecksum, op: header.op,
          timestamp: header.timestamp, operation: header.operation))
      reply(to: header, over: connection, into: &effects)
    case .keyValue:
      guard isCached(operation: header.operation, body: body, into: &effects) else { return false }
      applyKeyValue(header, body, for: connection, into: &effects)
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
  ) {
    guard let session = sessions[header.client], session.number == header.session, session.request < header.request
    else {
      if let connection {
        refuse(.sessionUnknown, answering: header.requestChecksum, to: connection, into: &effects)
      }
      return
    }
    let result = execute(op: header.op, timestamp: header.timestamp, body: body)
    sessions.update(header.client) {
      $0.request = header.request
      $0.requestChecksum = header.requestChecksum
      $0.op = header.op
      $0.timestamp = header.timestamp
      $0.operation = header.operation
      $0.result = result
    }
    reply(to: header, over: connection, into: &effects)
  }

  func execute(op: UInt64, timestamp: UInt64, body: RawSpan) -> [UInt8] {
    let buffer = resultBuffer
    var result = buffer.mutableBytes
    let count = machine.apply(
      op: op, timestamp: timestamp, operation: Operation.keyValue.rawValue, body: body, result: &result)
    return [UInt8](copying: buffer.bytes.extracting(0..<count))
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
