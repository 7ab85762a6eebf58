internal import MKraftFormat
internal import MKraftStorage

/// Scans, pair by pair: a step needs one leaf and one value, however long the range is.
extension KeyValueStateMachine {
  /// Ends at the first pair that is behind the range, above the limit, or does not fit: the size of a result bounds the work.
  @_lifetime(result: copy result)
  func scan(
    _ event: borrowing KeyValueEventView, _ batch: inout Batch, _ result: inout MutableRawSpan
  ) -> Execution? {
    var scan = batch.scan ?? Scan(start: [UInt8](copying: event.key))
    if batch.scan == nil { batch.writer.beginScan(into: &result) }
    while tree.height > 0 {
      grid.beginStep()
      if let obstacle = descend(to: scan.start.rawSpan) {
        batch.scan = scan
        return obstacle
      }
      let (obstacle, isOver) = takeFromLeaf(event, &scan, &batch.writer, &result)
      if let obstacle {
        batch.scan = scan
        return obstacle
      }
      if isOver { break }
    }
    let isComplete = tree.height == 0 || scan.start.isEmpty
    batch.writer.endScan(more: !isComplete && !scan.isPastEnd, into: &result)
    batch.scan = nil
    return nil
  }

  /// Takes pairs of the path's leaf; `isOver` if the scan ends among them.
  @_lifetime(result: copy result)
  private func takeFromLeaf(
    _ event: borrowing KeyValueEventView, _ scan: inout Scan, _ writer: inout KeyValueResultWriter,
    _ result: inout MutableRawSpan
  ) -> (Execution?, isOver: Bool) {
    let leaf = tree.node(tree.leaf)
    let node = TreeNodeView(validated: leaf.bytes)
    for index in node.find(scan.start.rawSpan).index..<node.count {
      guard event.end.byteCount == 0 || KeyValueKeyOrder(node.key(index), event.end) == .before else {
        scan.isPastEnd = true
        return (nil, true)
      }
      guard scan.taken < event.limit else { return (nil, true) }
      if let obstacle = loadValue(index) {
        scan.start = [UInt8](copying: node.key(index))
        return (obstacle, false)
      }
      let value = value(at: index)
      guard writer.append(key: node.key(index), value: value.buffer.bytes.extracting(value.range), into: &result) else {
        return (nil, true)
      }
      scan.taken += 1
    }
    // On to the leaf behind; without a bound this was the last one.
    scan.start = tree.upperBound
    return (nil, tree.upperBound.isEmpty)
  }
}
