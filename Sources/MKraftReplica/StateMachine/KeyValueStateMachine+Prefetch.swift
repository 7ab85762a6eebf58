internal import MKraftFormat
internal import MKraftStorage

/// The first half of a step: everything that its second half touches is brought into the cache, and room for what it adds is
/// made.
extension KeyValueStateMachine {
  /// What stands in the way of the event; nil if it can be applied now.
  func prefetch(_ event: borrowing KeyValueEventView) -> Execution? {
    if let obstacle = loadPlace(of: event) { return obstacle }
    // Last, when all that the step touches is in use: room for what it adds is never made by dropping what it needs, or a step that
    // waits for writes would read that again and again.
    guard !event.code.isReadOnly, !grid.makeRoom(Tree.framesNeeded(grid.geometry)) else { return nil }
    return waitForRoom()
  }

  /// Brings the path to the key into the cache, and the value if the event looks at it.
  private func loadPlace(of event: borrowing KeyValueEventView) -> Execution? {
    guard tree.height > 0 else {
      tree.path.removeAll(keepingCapacity: true)
      return nil
    }
    if let obstacle = descend(to: event.key) { return obstacle }
    let (index, found) = tree.find(event.key)
    guard found else { return nil }
    let needsValue = event.code == .get || event.code == .compareAndSet
    if needsValue { return loadValue(index) }
    if let broken = tree.brokenValue(index) { return execution(broken) }
    return isValueAwaited(index) ? .waiting : nil
  }

  /// Whether a read that was given up still waits for blocks of the value: they cannot be dropped before they are there.
  private func isValueAwaited(_ index: Int) -> Bool {
    var isAwaited = false
    tree.forEachValueBlock(index) { if grid.isLoading($0) { isAwaited = true } }
    return isAwaited
  }

  /// Finds the path to the key; or asks for the first block that is missing.
  func descend(to key: RawSpan) -> Execution? {
    do throws(Tree.Obstacle) {
      try tree.descend(to: key)
      return nil
    } catch {
      return execution(error)
    }
  }

  private func execution(_ obstacle: Tree.Obstacle) -> Execution {
    switch obstacle {
    case .needs(let reference): load([reference])
    case .damaged(let address, let broken): .damaged(address: address, broken)
    }
  }

  /// Asks for the blocks of a value that are not in the cache.
  func loadValue(_ index: Int) -> Execution? {
    if let broken = tree.brokenValue(index) { return execution(broken) }
    var missing: [BlockReference] = []
    tree.forEachValueBlock(index) { if grid.frame(of: $0) == nil { missing.append($0) } }
    return missing.isEmpty ? nil : load(missing)
  }

  private func load(_ references: [BlockReference]) -> Execution {
    for reference in references {
      guard grid.isLoading(reference) || grid.makeRoom(1) else { return waitForRoom() }
      grid.load(reference)
    }
    return .waiting
  }

  private func waitForRoom() -> Execution {
    precondition(grid.isBusy || grid.modifiedCount > grid.modifiedMax, "room is missing only while writes are due")
    return .waiting
  }
}
