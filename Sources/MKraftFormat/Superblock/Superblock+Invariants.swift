extension Superblock {
  /// The invariants that these fields break; the writer requires none before it writes, the reader reports them.
  public var brokenInvariants: InvariantSet { brokenInvariants(checkpointID: checkpoint.computedID) }

  /// - Parameter checkpointID: what the checkpoint's id must be.
  private func brokenInvariants(checkpointID: UInt128) -> InvariantSet {
    var broken = geometry.brokenInvariants
    broken.formUnion(quorums.brokenInvariants(voters: members.voterCount))
    func require(_ holds: Bool, _ invariant: Invariant) { if !holds { broken.insert(invariant) } }
    require(sequence >= 1, .superblockSequence)
    let numbers = max(max(sequence, term, commitMax), max(cut.op, clean?.op ?? 0, syncOpMax))
    require(numbers < PrepareHeader.numberLimit, .superblockNumbers)
    require((sequence == 1) == (parent == 0), .superblockParent)
    require(cluster != 0 && fileID != 0, .identityNotZero)
    require(members.isConsistent, .memberList)
    require(Int(replica) < members.count && Int(replica) < MemberList.limit && hasOwnMember, .replicaIndex)
    require(votedFor == 0 || configurationEpoch > 0 || members.contains(voter: votedFor), .votedForMember)
    require(logTerm <= term, .logTermAtMostTerm)
    require(max(cut.term, clean?.term ?? 0, checkpoint.header.term) <= logTerm, .logTermCoversLog)
    require(cut.checksum != 0 && (suffix.last.map(LogPosition.init).map { $0 == cut } ?? true), .cutChecksum)
    require(clean.map { $0.op >= cut.op && $0.checksum != 0 } ?? true, .cleanHead)
    require(syncOpMin <= syncOpMax, .syncRange)
    require(commitMax >= checkpoint.op, .commitMaxAtLeastCheckpoint)
    require(checkpoint.id == checkpointID, .superblockCheckpointID)
    // The file's size follows from the geometry and means nothing if that is unusable; likewise references and the size.
    guard geometry.brokenInvariants.isEmpty else { return broken }
    require(hasPlausibleStorageSize, .storageSize)
    if hasPlausibleStorageSize { require(referencesStayInside, .superblockReferences) }
    return broken
  }

  private var referencesStayInside: Bool {
    let blocks = (checkpoint.storageSize - geometry.offset(of: .grid)) / UInt64(geometry.blockSize)
    func staysInside(_ reference: BlockReference) -> Bool {
      reference.address == 0 ? reference == .none : reference.address <= blocks
    }
    return staysInside(checkpoint.treeRoot) && staysInside(checkpoint.acquired) && staysInside(checkpoint.released)
      && staysInside(checkpoint.sessions)
  }

  private var hasOwnMember: Bool {
    Int(replica) < MemberList.limit && members[Int(replica)] == member
  }

  private var hasPlausibleStorageSize: Bool {
    let grid = geometry.offset(of: .grid)
    guard checkpoint.storageSize >= grid else { return false }
    let blocks = (checkpoint.storageSize - grid) / UInt64(geometry.blockSize)
    return (checkpoint.storageSize - grid) % UInt64(geometry.blockSize) == 0 && blocks <= geometry.gridBlocksMax
  }

  /// Those of the fields, and those that only the bytes show: reserved bytes, flags, the headers inside.
  package func brokenInvariants(in bytes: RawSpan) -> InvariantSet {
    // The id covers bytes that no field holds, such as reserved ones: it is judged by the bytes.
    let covered = CheckpointState.Layout.covered
    let id = Checksum.of(
      bytes.extracting(Layout.checkpoint + covered.lowerBound..<Layout.checkpoint + covered.upperBound), as: .checkpoint
    )
    var broken = brokenInvariants(checkpointID: id)
    func require(_ holds: Bool, _ invariant: Invariant) { if !holds { broken.insert(invariant) } }
    func requireZero(_ range: Range<Int>, from base: Int = 0) {
      require(bytes.isZero(base + range.lowerBound..<base + range.upperBound), .superblockReservedZero)
    }
    requireZero(Layout.reservedPrefix)
    requireZero(Layout.reservedIdentity)
    requireZero(Layout.reservedState)
    requireZero(Layout.reservedMembers)
    requireZero(Layout.reservedCheckpoint)
    requireZero(CheckpointState.Layout.reservedHigh, from: Layout.checkpoint)
    requireZero(CheckpointState.Layout.reserved, from: Layout.checkpoint)
    require(bytes.load(Layout.virgin) <= 1 && bytes.load(Layout.clean) <= 1, .superblockFlags)
    if bytes.load(Layout.clean) == 0 {
      let head = Layout.cleanOp.offset..<Layout.cleanChecksum.offset + Layout.cleanChecksum.size
      require(bytes.isZero(head), .cleanHead)
    }
    let headerAt = Layout.checkpoint + CheckpointState.Layout.header
    require(entry(bytes, at: headerAt) != nil, .superblockCheckpointHeader)
    require(hasConsistentSuffix(bytes), .superblockSuffix)
    return broken
  }

  /// The header of an entry of this cluster at `base`; nil if none stands there.
  private func entry(_ bytes: RawSpan, at base: Int) -> PrepareHeader? {
    guard let header = try? PrepareHeader(decoding: bytes.extracting(base..<base + PrepareHeader.byteCount)) else {
      return nil
    }
    return header.kind == .prepare && header.cluster == cluster ? header : nil
  }

  private func hasConsistentSuffix(_ bytes: RawSpan) -> Bool {
    guard bytes.load(Layout.suffixCount) <= UInt32(Superblock.suffixLimit) else { return false }
    var last: PrepareHeader?
    for index in 0..<suffix.count {
      guard let header = entry(bytes, at: Layout.suffix + index * PrepareHeader.byteCount) else { return false }
      if let last { guard header.op == last.op &+ 1, header.parent == last.checksum else { return false } }
      last = header
    }
    return bytes.isZero(Layout.suffix + suffix.count * PrepareHeader.byteCount..<Superblock.byteCount)
  }
}
