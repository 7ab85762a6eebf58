internal import MKraftFormat
internal import MKraftStorage

/// The second half of a step. It never waits and never fails: what it touches is in the cache.
extension KeyValueStateMachine {
  @_lifetime(result: copy result)
  func apply(
    _ event: borrowing KeyValueEventView, _ writer: inout KeyValueResultWriter, _ result: inout MutableRawSpan
  ) {
    let place = tree.height > 0 ? tree.find(event.key) : (index: 0, found: false)
    switch event.code {
    case .put:
      writer.append(put(event) ? .ok : .noSpace, into: &result)
    case .get:
      guard place.found else { return writer.append(.notFound, into: &result) }
      let value = value(at: place.index)
      writer.append(value: value.buffer.bytes.extracting(value.range), into: &result)
    case .delete:
      guard place.found else { return writer.append(.notFound, into: &result) }
      guard hasBlocks(tree.blocksNeededToRemove(), reserve: 0) else { return writer.append(.noSpace, into: &result) }
      tree.remove(at: place.index)
      writer.append(.ok, into: &result)
    case .compareAndSet:
      compareAndSet(event, place, &writer, &result)
    case .scan: preconditionFailure("a scan has steps of its own")
    }
  }

  @_lifetime(result: copy result)
  private func compareAndSet(
    _ event: borrowing KeyValueEventView, _ place: (index: Int, found: Bool), _ writer: inout KeyValueResultWriter,
    _ result: inout MutableRawSpan
  ) {
    guard place.found else {
      guard event.expectation == .absent else { return writer.append(.conditionFailed, into: &result) }
      return writer.append(put(event) ? .ok : .noSpace, into: &result)
    }
    let current = value(at: place.index)
    let bytes = current.buffer.bytes.extracting(current.range)
    guard event.expectation == .equal, KeyValueKeyOrder(bytes, event.expected) == .same else {
      return writer.append(conditionFailed: bytes, into: &result)
    }
    writer.append(put(event) ? .ok : .noSpace, into: &result)
  }

  /// Sets the event's value, if the grid has blocks enough for whatever that takes. The answer depends on the log alone.
  private func put(_ event: borrowing KeyValueEventView) -> Bool {
    let needed = tree.blocksNeeded(keySize: event.key.byteCount, valueSize: event.value.byteCount)
    guard hasBlocks(needed, reserve: KeyValueStateMachine.reserve) else { return false }
    tree.set(event.key, to: event.value)
    return true
  }

  /// Blocks that puts leave for removals, so that a full store can be emptied again.
  private static let reserve: UInt64 = 8

  private func hasBlocks(_ needed: UInt64, reserve: UInt64) -> Bool {
    needed + reserve + grid.geometry.trailersMax <= grid.freeCount
  }

  /// Where the value of an entry of the path's leaf stands: in the leaf, or put together in a buffer.
  func value(at index: Int) -> (buffer: IOBuffer, range: Range<Int>) {
    let leaf = tree.node(tree.leaf)
    let node = TreeNodeView(validated: leaf.bytes)
    guard node.form(index) == .blocks else {
      let start = node.payloadStart(index)
      return (leaf, start..<start + node.valueSize(index))
    }
    var size = 0
    tree.forEachValueBlock(index) { reference in
      guard let frame = grid.frame(of: reference) else { preconditionFailure("the blocks of the value were loaded") }
      let part = BlockHeader.byteCount..<BlockHeader.byteCount + Int(reference.extent)
      valueBuffer.copy(from: grid.bytes(frame), range: part, at: size)
      size += part.count
    }
    return (valueBuffer, 0..<size)
  }
}
