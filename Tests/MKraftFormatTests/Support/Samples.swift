import MKraftFormat

/// Random values that keep every invariant.
extension PrepareHeader {
  static func random(_ random: inout SplitMix64, cluster: UInt128? = nil, op: UInt64? = nil) -> PrepareHeader {
    var header = PrepareHeader()
    header.bodyChecksum = random.id()
    header.cluster = cluster ?? random.id()
    header.parent = random.id()
    header.requestChecksum = random.id()
    header.checkpointID = random.id()
    header.client = random.id()
    header.term = random.next() % PrepareHeader.numberLimit
    header.op = op ?? max(1, random.next() % PrepareHeader.numberLimit)
    header.commit = random.next() % header.op
    header.timestamp = random.next() % PrepareHeader.numberLimit
    header.session = random.next()
    header.request = random.next()
    header.configurationEpoch = random.next()
    header.size = UInt32.random(in: 256...1_048_576, using: &random)
    header.release = UInt32(truncatingIfNeeded: random.next())
    header.operation = UInt8.random(in: 2...255, using: &random)
    header.replica = random.byte()
    header.seal()
    return header
  }
}

extension ReplyHeader {
  static func random(_ random: inout SplitMix64) -> ReplyHeader {
    var header = ReplyHeader()
    header.bodyChecksum = random.id()
    header.cluster = random.id()
    header.client = random.id()
    header.requestChecksum = random.id()
    header.op = random.next()
    header.session = random.next()
    header.request = random.next()
    header.timestamp = random.next()
    header.size = UInt32.random(in: 256...1_048_576, using: &random)
    header.release = UInt32(truncatingIfNeeded: random.next())
    header.operation = random.byte()
    header.seal()
    return header
  }
}

extension MessageHeader {
  static func random(_ random: inout SplitMix64) -> MessageHeader {
    var header = MessageHeader(Command.allCases.randomElement(using: &random) ?? .request, cluster: random.id())
    header.bodyChecksum = random.id()
    header.client = random.id()
    header.requestChecksum = random.id()
    header.term = random.next()
    header.op = random.next()
    header.commit = random.next()
    header.session = random.next()
    header.request = random.next()
    header.echo = random.next()
    header.timestamp = random.next()
    header.size = UInt32.random(in: 256...1_048_576, using: &random)
    header.release = UInt32(truncatingIfNeeded: random.next())
    header.messageSize = UInt32(truncatingIfNeeded: random.next())
    header.operation = random.byte()
    header.status = random.byte()
    header.replica = random.byte()
    header.leader = random.byte()
    header.seal()
    return header
  }
}

extension BlockHeader {
  /// A sealed block of `size` bytes in a place of `place` bytes, and the header it was sealed with.
  static func random(_ random: inout SplitMix64, size: Int, place: Int) -> (header: BlockHeader, bytes: [UInt8]) {
    var header = BlockHeader()
    header.cluster = random.id()
    header.address = random.next()
    header.birth = random.next()
    header.size = UInt32(size)
    header.release = UInt32(truncatingIfNeeded: random.next())
    header.type = BlockType.allCases.randomElement(using: &random) ?? .treeLeaf
    var bytes = random.bytes(place)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    header.seal(into: &raw)
    return (header, bytes)
  }
}

extension Geometry {
  static func random(_ random: inout SplitMix64) -> Geometry {
    let ioUnit = UInt32(4096) << UInt32(random.below(5))
    let headersPerUnit = ioUnit / 256
    let limits: [UInt32] = [64 / headersPerUnit + 1, 32, (1 << 20) / headersPerUnit]
    let most = limits[random.below(limits.count)]
    let slotCount = max(64, headersPerUnit * UInt32.random(in: 1...most, using: &random))
    let pipeline = UInt32.random(in: 1...min(32, (slotCount - 8) / 3), using: &random)
    // One less than half of what is left, so that an interval above the headroom fits.
    let headroom = UInt32.random(in: 1...(slotCount - 8 - pipeline - 1) / 2, using: &random)
    let longest = slotCount - 8 - pipeline - max(pipeline, headroom)
    return Geometry(
      ioUnit: ioUnit, slotCount: slotCount,
      messageSize: max(ioUnit, 4096 << UInt32(random.below(9))), pipeline: pipeline,
      checkpointInterval: UInt32.random(in: max(9, max(pipeline, headroom + 1))...longest, using: &random),
      headroom: headroom,
      sessions: UInt32.random(in: 1...4096, using: &random),
      blockSize: max(ioUnit, (16 << 10) << UInt32(random.below(7))),
      // 200 is enough for any geometry: at most 33 blocks of sessions and two of sets need 3 * 35 + 32 = 137.
      gridBlocksMax: UInt64.random(in: 200...(random.below(2) == 0 ? 1000 : 1 << 26), using: &random))
  }
}

extension MemberList {
  static func random(_ random: inout SplitMix64) -> MemberList {
    let count = 1 + random.below(MemberList.limit)
    let voters = 1 + random.below(count)
    var ids = InlineArray<16, UInt128>(repeating: 0)
    for index in 0..<count { ids[index] = random.id() }
    return MemberList(ids: ids, voterCount: voters, standbyCount: count - voters)
  }
}

extension CheckpointState {
  static func random(_ random: inout SplitMix64, cluster: UInt128, geometry: Geometry) -> CheckpointState {
    var state = CheckpointState()
    let blocks = UInt64.random(in: 0...geometry.gridBlocksMax, using: &random)
    func reference(_ random: inout SplitMix64) -> BlockReference {
      guard blocks > 0, random.below(4) > 0 else { return .none }
      return BlockReference(
        checksum: random.id(), address: UInt64.random(in: 1...blocks, using: &random), extent: random.next())
    }
    state.storageSize = geometry.offset(of: .grid) + blocks * UInt64(geometry.blockSize)
    state.parentID = random.id()
    state.release = UInt32(truncatingIfNeeded: random.next())
    state.treeHeight = UInt32(truncatingIfNeeded: random.next())
    state.pairCount = random.next()
    state.leafCount = random.next()
    state.innerCount = random.next()
    state.valueBlockCount = random.next()
    state.treeRoot = reference(&random)
    state.acquired = reference(&random)
    state.released = reference(&random)
    state.sessions = reference(&random)
    state.header = .random(&random, cluster: cluster, op: UInt64.random(in: 1...(1 << 60), using: &random))
    state.seal()
    return state
  }
}

extension Superblock {
  static func random(_ random: inout SplitMix64, suffixCount: Int? = nil) -> Superblock {
    var block = Superblock(members: .random(&random))
    let voters = block.members.voterCount
    block.copy = random.below(4)
    block.features.readOnlyCompatible = random.next()
    block.features.compatible = random.next()
    block.cluster = random.id()
    block.replica = UInt8(random.below(block.members.count))
    block.member = block.members[Int(block.replica)]
    block.fileID = random.id()
    block.lineage = random.id()
    block.parent = random.id()
    block.sequence = UInt64.random(in: 2..<PrepareHeader.numberLimit, using: &random)
    block.releaseFormat = UInt32(truncatingIfNeeded: random.next())
    block.release = UInt32(truncatingIfNeeded: random.next())
    block.isVirgin = random.below(2) == 1
    block.configurationEpoch = random.next() % 3
    let election = Int.random(in: voters / 2 + 1...voters, using: &random)
    block.quorums = Quorums(
      replication: Int.random(in: voters - election + 1...voters, using: &random), election: election)
    block.geometry = .random(&random)
    block.term = random.next() % PrepareHeader.numberLimit | 1 << 40
    block.logTerm = UInt64.random(in: 1 << 30...block.term, using: &random)
    block.votedFor = block.members[random.below(voters)]
    block.checkpoint = .random(&random, cluster: block.cluster, geometry: block.geometry)
    block.checkpoint.header.term %= block.logTerm
    block.checkpoint.header.seal()
    block.checkpoint.seal()
    block.commitMax = UInt64.random(in: block.checkpoint.op..<PrepareHeader.numberLimit, using: &random)
    block.syncOpMin = random.next() >> 2
    block.syncOpMax = UInt64.random(in: block.syncOpMin..<PrepareHeader.numberLimit, using: &random)
    block.cut = LogPosition(op: random.next() >> 2, term: random.next() % block.logTerm, checksum: random.id())
    block.appendSuffix(suffixCount ?? random.below(33), &random)
    if random.below(2) == 1 {
      block.clean = LogPosition(
        op: UInt64.random(in: block.cut.op..<PrepareHeader.numberLimit, using: &random),
        term: random.next() % block.logTerm,
        checksum: random.id())
    }
    block.seal()
    return block
  }

  /// Fills the suffix with a chain of `count` headers, of which the last is the cut.
  mutating func appendSuffix(_ count: Int, _ random: inout SplitMix64) {
    guard count > 0 else { return }
    let first = UInt64.random(in: 1...(1 << 60), using: &random)
    for index in 0..<count {
      var header = PrepareHeader.random(&random, cluster: cluster, op: first + UInt64(index))
      header.term = logTerm
      header.parent = suffix.last?.checksum ?? random.id()
      header.seal()
      suffix.append(header)
    }
    if let last = suffix.last { cut = LogPosition(last) }
  }

  /// A freshly formatted superblock of `voters` members.
  static func formatted(voters: Int = 3, geometry: Geometry = Geometry()) -> Superblock {
    let cluster: UInt128 = 0xC1
    var block = Superblock(members: MemberList(cluster: cluster, voterCount: voters))
    block.cluster = cluster
    block.member = block.members[0]
    block.fileID = 0xF11E
    block.sequence = 1
    block.release = FormatVersion.release
    block.releaseFormat = FormatVersion.release
    block.isVirgin = true
    block.quorums = .majority(of: voters)
    block.geometry = geometry
    block.checkpoint = .genesis(cluster: cluster, geometry: geometry)
    block.cut = LogPosition(block.checkpoint.header)
    block.seal()
    return block
  }
}
