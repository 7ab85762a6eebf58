extension Superblock {
  /// Decodes a copy from its 16 KiB, checking all that it says of itself. Whether it lies at its copy's home, and how it
  /// agrees with the other copies, is the superblock store's to judge.
  public init(decoding bytes: RawSpan) throws(SuperblockDefect) {
    precondition(bytes.byteCount >= Superblock.byteCount, "a superblock's bytes are all there")
    let bytes = bytes.extracting(0..<Superblock.byteCount)
    guard bytes.load(Layout.magic) == Superblock.magic else { throw bytes.isZero ? .allZero : .magicMismatch }
    let stored = bytes.load(Layout.checksum)
    let computed = Checksum.of(bytes.extracting(Layout.covered), as: .superblock)
    let version = bytes.load(Layout.formatVersion)
    let algorithm = bytes.load(Layout.checksumAlgorithm)
    guard stored == computed else {
      // A newer version may compute its checksum in another way, so a mismatch proves nothing about it. A flipped bit in
      // the version looks the same here; the superblock store tells them apart by the other copies.
      if version > FormatVersion.dataFile { throw .versionUnknown(version) }
      if algorithm != Superblock.checksumAlgorithm { throw .checksumAlgorithmUnknown(algorithm) }
      throw .checksumMismatch(stored: stored, computed: computed)
    }
    guard version == FormatVersion.dataFile else { throw .versionUnknown(version) }
    guard algorithm == Superblock.checksumAlgorithm else { throw .checksumAlgorithmUnknown(algorithm) }
    let kind = bytes.load(Layout.kind)
    guard kind == StructureKind.superblock.rawValue else { throw .kindMismatch(kind) }
    self.init(unverified: bytes)
    guard features.unknownIncompatible == 0 else { throw .featuresUnknown(features.unknownIncompatible) }
    let copyNumber = bytes.load(Layout.copy)
    guard copyNumber < UInt64(Superblock.copyCount) else { throw .copyNumberInvalid(copyNumber) }
    let broken = brokenInvariants(in: bytes)
    guard broken.isEmpty else { throw .violates(broken) }
  }

  /// Number of XXH3-128 in the frozen prefix.
  public static let checksumAlgorithm: UInt16 = 1

  /// The fields as they stand, whatever the checksum says; for showing damaged bytes, never for acting on them.
  public init(unverified bytes: RawSpan) {
    precondition(bytes.byteCount >= Superblock.byteCount, "a superblock's bytes are all there")
    var ids = InlineArray<16, UInt128>(repeating: 0)
    for index in 0..<MemberList.limit { ids[index] = bytes.load(fromByteOffset: Layout.members + 16 * index) }
    members = MemberList(
      ids: ids, voterCount: Int(bytes.load(Layout.voterCount)), standbyCount: Int(bytes.load(Layout.standbyCount)))
    checksum = bytes.load(Layout.checksum)
    copy = Int(bytes.load(Layout.copy) & 0xFF)
    features.incompatible = bytes.load(Layout.featuresIncompatible)
    features.readOnlyCompatible = bytes.load(Layout.featuresReadOnly)
    features.compatible = bytes.load(Layout.featuresCompatible)
    cluster = bytes.load(Layout.cluster)
    member = bytes.load(Layout.member)
    fileID = bytes.load(Layout.fileID)
    lineage = bytes.load(Layout.lineage)
    parent = bytes.load(Layout.parent)
    sequence = bytes.load(Layout.sequence)
    releaseFormat = bytes.load(Layout.releaseFormat)
    release = bytes.load(Layout.release)
    replica = bytes.load(Layout.replica)
    quorums = Quorums(
      replication: Int(bytes.load(Layout.quorumReplication)), election: Int(bytes.load(Layout.quorumElection)))
    isVirgin = bytes.load(Layout.virgin) == 1
    configurationEpoch = bytes.load(Layout.configurationEpoch)
    geometry = Geometry(unverified: bytes)
    term = bytes.load(Layout.term)
    logTerm = bytes.load(Layout.logTerm)
    votedFor = bytes.load(Layout.votedFor)
    commitMax = bytes.load(Layout.commitMax)
    syncOpMin = bytes.load(Layout.syncOpMin)
    syncOpMax = bytes.load(Layout.syncOpMax)
    cut = LogPosition(
      op: bytes.load(Layout.cutOp), term: bytes.load(Layout.cutTerm), checksum: bytes.load(Layout.cutChecksum))
    if bytes.load(Layout.clean) == 1 {
      clean = LogPosition(
        op: bytes.load(Layout.cleanOp), term: bytes.load(Layout.cleanTerm), checksum: bytes.load(Layout.cleanChecksum))
    }
    checkpoint = CheckpointState(unverified: bytes, at: Layout.checkpoint)
    for index in 0..<min(Int(bytes.load(Layout.suffixCount)), Superblock.suffixLimit) {
      let base = Layout.suffix + index * PrepareHeader.byteCount
      suffix.append(PrepareHeader(unverified: bytes.extracting(base..<base + PrepareHeader.byteCount)))
    }
  }

  /// Writes the 16 KiB of this copy. The superblock must have been sealed.
  @_lifetime(bytes: copy bytes)
  public func encode(into bytes: inout MutableRawSpan) {
    precondition(bytes.byteCount >= Superblock.byteCount, "there is room for a superblock")
    bytes.zero(0..<Superblock.byteCount)
    bytes.store(checksum, Layout.checksum)
    bytes.store(UInt64(copy), Layout.copy)
    bytes.store(Superblock.magic, Layout.magic)
    bytes.store(FormatVersion.dataFile, Layout.formatVersion)
    bytes.store(Superblock.checksumAlgorithm, Layout.checksumAlgorithm)
    bytes.store(StructureKind.superblock.rawValue, Layout.kind)
    bytes.store(features.incompatible, Layout.featuresIncompatible)
    bytes.store(features.readOnlyCompatible, Layout.featuresReadOnly)
    bytes.store(features.compatible, Layout.featuresCompatible)
    bytes.store(cluster, Layout.cluster)
    bytes.store(member, Layout.member)
    bytes.store(fileID, Layout.fileID)
    bytes.store(lineage, Layout.lineage)
    bytes.store(parent, Layout.parent)
    bytes.store(sequence, Layout.sequence)
    bytes.store(releaseFormat, Layout.releaseFormat)
    bytes.store(release, Layout.release)
    bytes.store(replica, Layout.replica)
    bytes.store(UInt8(members.voterCount), Layout.voterCount)
    bytes.store(UInt8(members.standbyCount), Layout.standbyCount)
    bytes.store(UInt8(quorums.replication), Layout.quorumReplication)
    bytes.store(UInt8(quorums.election), Layout.quorumElection)
    bytes.store(isVirgin ? 1 : 0, Layout.virgin)
    bytes.store(clean == nil ? 0 : 1, Layout.clean)
    bytes.store(configurationEpoch, Layout.configurationEpoch)
    geometry.encode(into: &bytes)
    bytes.store(term, Layout.term)
    bytes.store(logTerm, Layout.logTerm)
    bytes.store(commitMax, Layout.commitMax)
    bytes.store(votedFor, Layout.votedFor)
    bytes.store(syncOpMin, Layout.syncOpMin)
    bytes.store(syncOpMax, Layout.syncOpMax)
    bytes.store(cut.op, Layout.cutOp)
    bytes.store(cut.term, Layout.cutTerm)
    bytes.store(cut.checksum, Layout.cutChecksum)
    bytes.store(clean?.op ?? 0, Layout.cleanOp)
    bytes.store(clean?.term ?? 0, Layout.cleanTerm)
    bytes.store(clean?.checksum ?? 0, Layout.cleanChecksum)
    bytes.store(UInt32(suffix.count), Layout.suffixCount)
    for index in 0..<MemberList.limit { bytes.store(members[index], toByteOffset: Layout.members + 16 * index) }
    checkpoint.encode(into: &bytes, at: Layout.checkpoint)
    for index in 0..<suffix.count {
      suffix[index].encode(into: &bytes, at: Layout.suffix + index * PrepareHeader.byteCount)
    }
  }

  /// Computes the checksum over all other fields but the copy number. Call it last.
  public mutating func seal() {
    var image = InlineArray<16384, UInt8>(repeating: 0)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(into: &bytes)
    checksum = Checksum.of(bytes.bytes.extracting(Layout.covered), as: .superblock)
  }
}

extension Geometry {
  fileprivate typealias Layout = Superblock.Layout

  fileprivate init(unverified bytes: RawSpan) {
    self.init(
      ioUnit: bytes.load(Layout.ioUnit), slotCount: bytes.load(Layout.slotCount),
      messageSize: bytes.load(Layout.messageSize), pipeline: bytes.load(Layout.pipeline),
      checkpointInterval: bytes.load(Layout.checkpointInterval), headroom: bytes.load(Layout.headroom),
      sessions: bytes.load(Layout.sessions), blockSize: bytes.load(Layout.blockSize),
      gridBlocksMax: bytes.load(Layout.gridBlocksMax))
  }

  @_lifetime(bytes: copy bytes)
  fileprivate func encode(into bytes: inout MutableRawSpan) {
    bytes.store(ioUnit, Layout.ioUnit)
    bytes.store(slotCount, Layout.slotCount)
    bytes.store(messageSize, Layout.messageSize)
    bytes.store(pipeline, Layout.pipeline)
    bytes.store(checkpointInterval, Layout.checkpointInterval)
    bytes.store(headroom, Layout.headroom)
    bytes.store(sessions, Layout.sessions)
    bytes.store(blockSize, Layout.blockSize)
    bytes.store(gridBlocksMax, Layout.gridBlocksMax)
  }
}
