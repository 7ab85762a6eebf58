public import MKraftStorage

extension RepairPlan {
  /// How many of the actions a file shows as done.
  public struct Count: Sendable, Equatable {
    public var done = 0
    public var open = 0
    /// What stands there is neither what the action replaces nor what it writes.
    public var other = 0
  }

  /// Compares a file with what the plan replaces and writes.
  public func count(in storage: any Storage) -> Count {
    var count = Count()
    for action in actions {
      switch state(of: action, storage) {
      case true: count.done += 1
      case false: count.open += 1
      case nil: count.other += 1
      }
    }
    return count
  }

  /// True if it is done, false if it is not, nil if neither can be said.
  private func state(of action: RepairAction, _ storage: any Storage) -> Bool? {
    switch action.method {
    case .fileExtended, .fileCut:
      return storage.byteCount == subject.sizeAfter ? true : storage.byteCount == subject.sizeBefore ? false : nil
    case .unreadableZeroed:
      let probe = action.range.lowerBound..<min(action.range.upperBound, action.range.lowerBound + 4096)
      return RepairSums.checksum(of: probe, in: storage) != nil
    default:
      let present = action.range.clamped(to: 0..<max(storage.byteCount, action.range.lowerBound))
      let found = RepairSums.checksum(of: present, in: storage)
      if found == action.newChecksum, found != nil { return true }
      return found == action.oldChecksum ? false : nil
    }
  }
}
