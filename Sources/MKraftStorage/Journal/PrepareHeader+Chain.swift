public import MKraftFormat

extension PrepareHeader {
  /// Whether this entry may follow `parent`: op, parent checksum, and what must not decrease along the chain.
  public func isChild(of parent: PrepareHeader) -> Bool { brokenChainInvariant(after: parent) == nil }

  /// The chain invariant that this entry breaks as the successor of `parent`.
  public func brokenChainInvariant(after parent: PrepareHeader) -> Invariant? {
    guard op == parent.op &+ 1, self.parent == parent.checksum else { return .chainParent }
    guard term >= parent.term else { return .chainTerm }
    guard timestamp > parent.timestamp else { return .chainTimestamp }
    guard commit >= parent.commit else { return .chainCommit }
    return nil
  }
}
