public import MKraftFormat

/// What the grid wants read and written.
extension Grid {
  /// Asks for a block that is not in the cache. There must be a free frame, unless it is on its way already.
  public func load(_ reference: BlockReference) {
    if let frame = places[reference.address] {
      precondition(frames[frame].isLoading, "a block in the cache is not loaded")
      return use(frame)
    }
    let frame = takeFreeFrame()
    install(frame, address: reference.address)
    frames[frame].isLoading = true
    waitingReads.append((reference, frame))
  }

  /// Whether the block was asked for and is on its way.
  public func isLoading(_ reference: BlockReference) -> Bool {
    places[reference.address].map { frames[$0].isLoading } ?? false
  }

  /// Whether something is read or written, or waits to be.
  public var isBusy: Bool { readsInFlight > 0 || !waitingReads.isEmpty || hasWrites }
  public var hasWrites: Bool { !writes.inFlight.isEmpty || !writes.frozen.isEmpty || !writes.trailers.isEmpty }

  /// The next transfer that may begin now.
  public func nextTransfer() -> GridTransfer? {
    if readsInFlight < Grid.readDepth && !waitingReads.isEmpty { return beginRead() }
    guard writes.inFlight.count < Grid.writeDepth else { return nil }
    return beginCheckpointWrite()
  }

  private func beginRead() -> GridTransfer {
    let (reference, frame) = waitingReads.removeFirst()
    readsInFlight += 1
    return GridTransfer(
      kind: .read(reference), address: reference.address, offset: geometry.blockOffset(address: reference.address),
      buffer: frames[frame].buffer)
  }

  private func beginCheckpointWrite() -> GridTransfer? {
    // A block written early may still be on its way in an older version, or another that had its address and was dropped: two
    // writes of one place have no order.
    if let index = writes.frozen.lastIndex(where: { !writes.isInFlight(frames[$0].address) }) {
      let frame = writes.frozen.remove(at: index)
      let address = frames[frame].address
      let buffer = copyOut(frame)
      frames[frame].isFrozen = false
      clearModified(frame)
      if places[address] == frame {
        frames[frame].isWriting = true
      } else {
        empty(frame)
      }
      return begin(address, buffer, isForCheckpoint: true, isOwn: true)
    }
    guard let index = writes.trailers.lastIndex(where: { !writes.isInFlight($0.address) }) else { return nil }
    let trailer = writes.trailers.remove(at: index)
    return begin(trailer.address, trailer.buffer, isForCheckpoint: true, isOwn: false)
  }

  /// Begins to write a block before its checkpoint does, if a write may begin: it is sealed, and may change again meanwhile.
  public func writeEarly(_ frame: Int) -> GridTransfer {
    precondition(canWriteEarly && isEarlyCandidate(frame), "a modified block that is not being written")
    let buffer = copyOut(frame)
    clearModified(frame)
    frames[frame].isWriting = true
    return begin(frames[frame].address, buffer, isForCheckpoint: false, isOwn: true)
  }

  public var canWriteEarly: Bool { writes.inFlight.count < Grid.writeDepth && writes.frozen.isEmpty }

  /// The block not used for the longest time of those that are only in memory.
  public var oldestModified: Int? {
    var frame = oldest
    while frame >= 0 {
      if isEarlyCandidate(frame) { return frame }
      frame = frames[frame].newer
    }
    return nil
  }

  /// Takes the block for one that was just used, so that others come before it; it may leave the cache all the same.
  public func putOff(_ frame: Int) {
    let step = frames[frame].step
    use(frame)
    frames[frame].step = step
  }

  private func isEarlyCandidate(_ frame: Int) -> Bool {
    let it = frames[frame]
    return it.isModified && !it.isFrozen && !it.isWriting && it.step != step
  }

  private func begin(
    _ address: UInt64, _ buffer: IOBuffer, isForCheckpoint: Bool, isOwn: Bool
  ) -> GridTransfer {
    precondition(!writes.isInFlight(address), "one write of a place at a time")
    writes.inFlight.append(
      GridWrites.InFlight(address: address, isForCheckpoint: isForCheckpoint, buffer: isOwn ? buffer : nil))
    return GridTransfer(
      kind: isForCheckpoint ? .checkpointWrite : .earlyWrite, address: address,
      offset: geometry.blockOffset(address: address), buffer: buffer)
  }

  /// A copy of the sealed block, with zeros behind its contents: the bytes of its place depend on nothing else.
  private func copyOut(_ frame: Int) -> IOBuffer {
    guard let buffer = writes.buffers.popLast() else { preconditionFailure("as many buffers as writes") }
    let source = frames[frame].buffer
    let size = Int(source.bytes.load(BlockHeader.Layout.size))
    buffer.copy(from: source, range: 0..<size, at: 0)
    buffer.zero(size..<buffer.byteCount)
    return buffer
  }

  /// Takes note that a transfer is over.
  /// - Throws: if what was read is not the block that was asked for.
  public func completed(_ transfer: GridTransfer) throws(BlockFault) {
    guard case .read(let reference) = transfer.kind else { return completedWrite(transfer.address) }
    readsInFlight -= 1
    guard let frame = places[reference.address], frames[frame].isLoading else {
      preconditionFailure("the block was being read")
    }
    let header = try reference.verify(transfer.buffer.bytes, cluster: cluster)
    // A block of this interval is changed in place, and what a checkpoint refers to never is.
    let isNew = !acquiredBefore.contains(reference.address)
    guard header.birth > 0, header.birth <= interval, (header.birth == interval) == isNew else {
      throw BlockFault(
        address: reference.address, expected: reference.checksum, defect: .header(.violates(.blockBirth)))
    }
    frames[frame].isLoading = false
    frames[frame].birth = header.birth
  }

  private func completedWrite(_ address: UInt64) {
    guard let index = writes.inFlight.firstIndex(where: { $0.address == address }) else {
      preconditionFailure("the block was being written")
    }
    let write = writes.inFlight.remove(at: index)
    if let buffer = write.buffer { writes.buffers.append(buffer) }
    if write.isForCheckpoint { writes.checkpointCount -= 1 }
    if let frame = places[address] { frames[frame].isWriting = false }
  }

  /// Writes the header of a block whose contents are complete, and returns the checksum that its referrer must store.
  public func seal(_ frame: Int, type: BlockHeader.BlockType, size: Int) -> UInt128 {
    var header = BlockHeader()
    header.cluster = cluster
    header.address = frames[frame].address
    header.birth = frames[frame].birth
    header.size = UInt32(size)
    header.release = release
    header.type = type
    let buffer = frames[frame].buffer
    var bytes = buffer.mutableBytes
    header.seal(into: &bytes)
    return header.checksum
  }
}
