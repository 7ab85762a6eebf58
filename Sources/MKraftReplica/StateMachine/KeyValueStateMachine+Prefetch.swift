internal import MKraftFormat
internal import MKraftStorage

/// The first half of a step: everything that its second half touches is brought into the cache, and room for what it adds is
/// made.
extension KeyValueStateMachine {
  /// What stands in the way of the event; nil if it can be applied now.
  func prefetch(_ event: borrowing KeyValueEventView) -> Execution? {
    let changes = !event.code.isReadOnly
    if changes && !grid.makeRoom(Tree.framesNeeded(grid.geometry)) { return waitForRoom() }
    guard tree.height > 0 else {
      tree.path.removeAll(keepingCapacity: true)
      return nil
    }
    if let obstacle = descend(to: event.key) { return obstacle }
    let (index, found) = tree.find(event.key)
    guard found else { return nil }
    // What is loaded takes frames: room is looked at again when it is there.
    let needsValue = event.code == .get || event.code == .compareAndSet
    return needsValue ? loadValue(index) : tree.brokenValue(index).map(execution)
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
