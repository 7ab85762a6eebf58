import MKraftFormat
import Testing

extension InvariantTests {
  /// A change of a superblock, of its fields or of its bytes, and the invariant that it breaks.
  struct SuperblockCase: Sendable {
    let invariant: Invariant
    let note: String
    /// Headers of the suffix before the change.
    var suffixCount = 0
    var fields: @Sendable (inout Superblock) -> Void = { _ in }
    var image: @Sendable (inout [UInt8]) -> Void = { _ in }
  }

  private static func fields(
    _ invariant: Invariant, _ note: String, suffix: Int = 0, _ change: @escaping @Sendable (inout Superblock) -> Void
  ) -> SuperblockCase { SuperblockCase(invariant: invariant, note: note, suffixCount: suffix, fields: change) }

  private static func image(
    _ invariant: Invariant, _ note: String, suffix: Int = 0, _ change: @escaping @Sendable (inout [UInt8]) -> Void
  ) -> SuperblockCase { SuperblockCase(invariant: invariant, note: note, suffixCount: suffix, image: change) }

  private typealias Layout = Superblock.Layout

  static let superblockCases: [SuperblockCase] =
    historyCases + suffixCases + checkpointCases + identityCases + geometryCases
    + [39, 167, 340, 511, 768, 1023, 1024 + 24, 1024 + 31, 1536, 8191].map { offset in
      image(.superblockReservedZero, "byte \(offset)") { $0[offset] = 1 }
    }
    + [1024 + 216, 1024 + 255].map { offset in
      image(.superblockReservedZero, "byte \(offset), which the checkpoint's id covers") { bytes in
        bytes[offset] = 1
        bytes.put(checksum(bytes, 1024 + 32..<1024 + 512, as: .checkpoint), at: 1024)
      }
    }

  private static let historyCases: [SuperblockCase] = [
    fields(.superblockSequence, "sequence 0") { $0.sequence = 0 },
    fields(.superblockParent, "first with a parent") { $0.sequence = 1 },
    fields(.superblockParent, "later without one") { $0.parent = 0 },
    image(.superblockFlags, "virgin 2") { $0.put(2, Layout.virgin) },
    image(.superblockFlags, "clean 255") { $0.put(255, Layout.clean) },
    fields(.commitMaxAtLeastCheckpoint, "one below") { $0.commitMax = $0.checkpoint.op - 1 },
    fields(.logTermAtMostTerm, "one above") { $0.logTerm = $0.term + 1 },
    fields(.logTermCoversLog, "the cut's one above") { $0.cut.term = $0.logTerm + 1 },
    fields(.logTermCoversLog, "the clean stop's one above") {
      $0.clean = LogPosition(op: $0.cut.op, term: $0.logTerm + 1, checksum: 1)
    },
    fields(.logTermCoversLog, "the checkpoint's one above") { superblock in
      superblock.checkpoint.header.term = superblock.logTerm + 1
      superblock.checkpoint.header.seal()
      superblock.checkpoint.seal()
    },
    fields(.superblockNumbers, "sequence 2^63") { $0.sequence = 1 << 63 },
    fields(.superblockNumbers, "term all ones") { $0.term = .max },
    fields(.superblockNumbers, "commit_max 2^63") { $0.commitMax = 1 << 63 },
    fields(.superblockNumbers, "cut_op 2^63") { $0.cut.op = 1 << 63 },
    fields(.superblockNumbers, "clean_op 2^63") { $0.clean = LogPosition(op: 1 << 63, term: 1, checksum: 1) },
    fields(.superblockNumbers, "sync_op_max 2^63") { $0.syncOpMax = 1 << 63 },
    fields(.identityNotZero, "cluster 0") { superblock in
      superblock.cluster = 0
      superblock.checkpoint.header = .root(cluster: 0)
      superblock.checkpoint.seal()
    },
    fields(.identityNotZero, "file_id 0") { $0.fileID = 0 },
    fields(.cutChecksum, "0") { $0.cut.checksum = 0 },
    fields(.cutChecksum, "not the last suffix header's", suffix: 3) { $0.cut.checksum ^= 1 },
    fields(.cutChecksum, "op not the last suffix header's", suffix: 3) { $0.cut.op -= 1 },
    fields(.cutChecksum, "of the first suffix header", suffix: 3) { $0.cut = LogPosition($0.suffix[0]) },
    fields(.cleanHead, "below the cut") { $0.clean = LogPosition(op: $0.cut.op - 1, term: 1, checksum: 1) },
    fields(.cleanHead, "checksum 0") { $0.clean = LogPosition(op: $0.cut.op, term: 1, checksum: 0) },
    image(.cleanHead, "op of a replica that runs") { $0.put(1, Layout.cleanOp) },
    image(.cleanHead, "term of a replica that runs") { $0.put(1, Layout.cleanTerm) },
    image(.cleanHead, "checksum of a replica that runs") { $0.put(1, Layout.cleanChecksum) },
    fields(.syncRange, "reversed") { $0.syncOpMin = $0.syncOpMax + 1 },
  ]

  private static let suffixCases: [SuperblockCase] = [
    image(.superblockSuffix, "33", suffix: 32) { $0.put(33, Layout.suffixCount) },
    image(.superblockSuffix, "all ones", suffix: 32) { $0.put(.max, Layout.suffixCount) },
    image(.superblockSuffix, "a bit behind the last", suffix: 31) { $0[16383] = 1 },
    image(.superblockSuffix, "a bit where there is none") { $0[8192] = 1 },
    image(.superblockSuffix, "damaged header", suffix: 3) { $0[8192 + 20] ^= 1 },
    image(.superblockSuffix, "a blank header", suffix: 3) {
      $0.replaceSubrange(8192..<8448, with: bytes(of: PrepareHeader.placeholder(.reserved, slot: 1, cluster: 0xC1)))
    },
    fields(.superblockSuffix, "op left out", suffix: 2) { $0.extendSuffix { $0.op += 1 } },
    fields(.superblockSuffix, "not the parent", suffix: 2) { $0.extendSuffix { $0.parent ^= 1 } },
    fields(.superblockSuffix, "of another cluster", suffix: 2) { $0.extendSuffix { $0.cluster ^= 1 } },
  ]

  private static let checkpointCases: [SuperblockCase] = [
    fields(.superblockCheckpointHeader, "blank") { superblock in
      superblock.checkpoint.header = .placeholder(.reserved, slot: 1, cluster: superblock.cluster)
      superblock.checkpoint.seal()
    },
    fields(.superblockCheckpointHeader, "of another cluster") { superblock in
      superblock.checkpoint.header = .root(cluster: superblock.cluster ^ 1)
      superblock.checkpoint.seal()
    },
    fields(.superblockCheckpointHeader, "damaged") { superblock in
      superblock.checkpoint.header.timestamp ^= 1
      superblock.checkpoint.seal()
    },
    fields(.superblockCheckpointID, "0") { $0.checkpoint.id = 0 },
    fields(.superblockCheckpointID, "of another state") { $0.checkpoint.pairCount += 1 },
    fields(.storageSize, "0") { $0.checkpoint.storageSize = 0 },
    fields(.storageSize, "below the grid") { $0.checkpoint.storageSize = $0.geometry.offset(of: .grid) - 65536 },
    fields(.storageSize, "part of a block") { $0.checkpoint.storageSize += 512 },
    fields(.storageSize, "more than the grid may hold") {
      $0.checkpoint.storageSize = $0.geometry.offset(of: .grid) + ($0.geometry.gridBlocksMax + 1) * 65536
    },
    fields(.storageSize, "all ones") { $0.checkpoint.storageSize = .max },
    fields(.superblockReferences, "block 1 of none") { superblock in
      superblock.checkpoint.treeRoot = BlockReference(checksum: 1, address: 1, extent: 1)
      superblock.checkpoint.seal()
    },
    fields(.superblockReferences, "one beyond the last") { superblock in
      superblock.checkpoint.storageSize += 2 * 65536
      superblock.checkpoint.acquired = BlockReference(checksum: 1, address: 3, extent: 1)
      superblock.checkpoint.seal()
    },
    fields(.superblockReferences, "all ones") { superblock in
      superblock.checkpoint.released = BlockReference(checksum: .max, address: .max, extent: .max)
      superblock.checkpoint.seal()
    },
    fields(.superblockReferences, "a checksum of nothing") { superblock in
      superblock.checkpoint.sessions = BlockReference(checksum: 1, address: 0, extent: 0)
      superblock.checkpoint.seal()
    },
  ]

  private static let identityCases: [SuperblockCase] = [
    fields(.replicaIndex, "beyond the members") { $0.replica = 4 },
    fields(.replicaIndex, "all ones") { $0.replica = 255 },
    fields(.replicaIndex, "another member's") { $0.replica = 1 },
    fields(.replicaIndex, "no member's") { $0.member ^= 1 },
    image(.memberList, "twice the same") { $0.replaceSubrange(512 + 48..<512 + 64, with: $0[528..<544]) },
    image(.memberList, "one is 0") { $0.put(0 as UInt128, at: 512 + 48) },
    image(.memberList, "one beyond the last") { $0.put(1 as UInt128, at: 512 + 16 * 15) },
    image(.memberList, "17") { $0.put(13, Layout.standbyCount) },
    fields(.votedForMember, "a stranger") { $0.votedFor = 1 },
    image(.votedForMember, "a standby") { image in
      image.put(1, Layout.standbyCount)
      image.put(77 as UInt128, at: 512 + 64)
      image.put(77 as UInt128, Layout.votedFor)
    },
    fields(.quorumRange, "replication 0") { $0.quorums = Quorums(replication: 0, election: 4) },
    fields(.quorumRange, "election 0") { $0.quorums = Quorums(replication: 4, election: 0) },
    fields(.quorumRange, "more than voters") { $0.quorums = Quorums(replication: 5, election: 3) },
    fields(.quorumRange, "all ones") { $0.quorums = Quorums(replication: 255, election: 255) },
    fields(.quorumsIntersect, "1 + 3 of 4") { $0.quorums = Quorums(replication: 1, election: 3) },
    fields(.electionQuorumsIntersect, "2 + 2 of 4") { $0.quorums = Quorums(replication: 3, election: 2) },
  ]

  /// The default: 1024 slots, 1 MiB messages, pipeline 8, headroom 128, interval 880.
  private static let geometryCases: [SuperblockCase] = [
    fields(.geometryIOUnit, "4097") { $0.geometry.ioUnit = 4097 },
    fields(.geometryIOUnit, "12288") { superblock in
      superblock.geometry.ioUnit = 12288
      superblock.geometry.slotCount = 48 * 21
      superblock.geometry.checkpointInterval = 800
    },
    fields(.geometrySlotCount, "1025") { $0.geometry.slotCount = 1025 },
    fields(.geometrySlotCount, "2^20 + 16") { $0.geometry.slotCount = 1 << 20 + 16 },
    fields(.geometryMessageSize, "2 MiB") { $0.geometry.messageSize = 2 << 20 },
    fields(.geometryMessageSize, "3000") { $0.geometry.messageSize = 3000 },
    fields(.geometryMessageSize, "below io_unit") { superblock in
      superblock.geometry.messageSize = 4096
      superblock.geometry.ioUnit = 8192
    },
    fields(.geometryPipeline, "0") { $0.geometry.pipeline = 0 },
    fields(.geometryPipeline, "33") {
      $0.geometry.pipeline = 33
      $0.geometry.checkpointInterval = 800
    },
    fields(.geometryHeadroom, "0") { $0.geometry.headroom = 0 },
    fields(.geometryInterval, "0") { $0.geometry.checkpointInterval = 0 },
    fields(.geometryInterval, "881") { $0.geometry.checkpointInterval = 881 },
    fields(.geometryInterval, "no more than headroom") { $0.geometry.checkpointInterval = 128 },
    fields(.geometryInterval, "all ones") { $0.geometry.checkpointInterval = .max },
    fields(.geometryInterval, "headroom all ones") { $0.geometry.headroom = .max },
    fields(.geometrySessions, "0") { $0.geometry.sessions = 0 },
    fields(.geometrySessions, "4097") { $0.geometry.sessions = 4097 },
    fields(.geometryBlockSize, "8192") { $0.geometry.blockSize = 8192 },
    fields(.geometryBlockSize, "2 MiB") { $0.geometry.blockSize = 2 << 20 },
    fields(.geometryBlockSize, "48 KiB") { $0.geometry.blockSize = 48 << 10 },
    fields(.geometryBlockSize, "below io_unit") { superblock in
      superblock.geometry.ioUnit = 32 << 10
      superblock.geometry.blockSize = 16 << 10
    },
    fields(.geometryGridBlocks, "0") { $0.geometry.gridBlocksMax = 0 },
    // Blocks of 64 KiB hold the 64 sessions and sets of 40 blocks in one block each: at least 3 * 3 + 32.
    fields(.geometryGridBlocks, "40") { $0.geometry.gridBlocksMax = 40 },
    fields(.geometryGridBlocks, "2^26 + 1") { $0.geometry.gridBlocksMax = 1 << 26 + 1 },
    fields(.geometryGridBlocks, "all ones") { $0.geometry.gridBlocksMax = .max },
  ]

  /// Four voters, a few updates after format, all of its numbers away from their limits.
  private static func base(suffixCount: Int) -> Superblock {
    var random = SplitMix64(seed: 21)
    var superblock = Superblock.formatted(voters: 4)
    superblock.sequence = 5
    superblock.parent = 0xABC
    superblock.term = 9
    superblock.logTerm = 7
    superblock.syncOpMin = 10
    superblock.syncOpMax = 20
    superblock.checkpoint.header = .random(&random, cluster: superblock.cluster, op: 880)
    superblock.checkpoint.header.term = 6
    superblock.checkpoint.header.seal()
    superblock.checkpoint.seal()
    superblock.commitMax = 900
    superblock.cut = LogPosition(op: 890, term: 7, checksum: 1)
    superblock.appendSuffix(suffixCount, &random)
    superblock.seal()
    return superblock
  }

  @Test func ofSuperblocks() {
    for suffixCount in [0, 2, 3, 31, 32] {
      #expect(defect(bytes(of: Self.base(suffixCount: suffixCount)), decodeSuperblock) == nil)
    }
    for each in Self.superblockCases {
      var superblock = Self.base(suffixCount: each.suffixCount)
      each.fields(&superblock)
      var image = bytes(of: superblock)
      each.image(&image)
      #expect(Structure.superblock.defectName(image) == "checksum-mismatch", "\(each.invariant.name): \(each.note)")
      Structure.superblock.reseal(&image, deep: false)
      guard case .violates(let broken) = defect(image, decodeSuperblock) else {
        Issue.record("\(each.invariant.name): \(each.note) is not reported")
        continue
      }
      #expect(broken.elements == [each.invariant], "\(each.invariant.name): \(each.note)")
    }
  }

  /// Several at once are all reported, in the order of the table.
  @Test func severalAtOnce() {
    var superblock = Self.base(suffixCount: 0)
    superblock.logTerm = 100
    superblock.commitMax = 0
    superblock.geometry.sessions = 0
    superblock.seal()
    guard case .violates(let broken) = defect(bytes(of: superblock), decodeSuperblock) else {
      Issue.record("not reported")
      return
    }
    #expect(broken.elements == [.commitMaxAtLeastCheckpoint, .logTermAtMostTerm, .geometrySessions])
  }

  /// While members change, a replica may have voted for someone outside its own list.
  @Test func voteForAStrangerIsLegalAfterAChangeOfMembers() {
    var superblock = Self.base(suffixCount: 0)
    superblock.votedFor = 1
    superblock.configurationEpoch = 1
    superblock.seal()
    #expect(defect(bytes(of: superblock), decodeSuperblock) == nil)
  }

  /// A newer file is never called damaged (rule R5), an older number is never called newer.
  @Test func newerFilesAreNotDamaged() {
    func decoding(_ change: (inout [UInt8]) -> Void, sealed: Bool) -> SuperblockDefect? {
      var image = bytes(of: Self.base(suffixCount: 0))
      change(&image)
      if sealed { Structure.superblock.reseal(&image, deep: false) }
      return defect(image, decodeSuperblock)
    }
    for sealed in [true, false] {
      let version = decoding({ $0.put(3, Layout.formatVersion) }, sealed: sealed)
      #expect(version == .versionUnknown(3) && version?.isNewerFormat == true)
      let algorithm = decoding({ $0.put(2, Layout.checksumAlgorithm) }, sealed: sealed)
      #expect(algorithm == .checksumAlgorithmUnknown(2) && algorithm?.isNewerFormat == true)
    }
    let features = decoding({ $0.put(1 << 63, Layout.featuresIncompatible) }, sealed: true)
    #expect(features == .featuresUnknown(1 << 63) && features?.isNewerFormat == true)
    #expect(decoding({ $0.put(.max, Layout.featuresReadOnly) }, sealed: true) == nil)
    #expect(decoding({ $0.put(.max, Layout.featuresCompatible) }, sealed: true) == nil)
    for older in [0, 1] as [UInt32] {
      let version = decoding({ $0.put(older, Layout.formatVersion) }, sealed: true)
      #expect(version == .versionUnknown(older) && version?.isNewerFormat == false)
    }
    #expect(decoding({ $0.put(0, Layout.checksumAlgorithm) }, sealed: true)?.isNewerFormat == false)
    #expect(decoding({ $0.put(9, Layout.kind) }, sealed: true) == .kindMismatch(9))
    #expect(decoding({ $0[24] = 0 }, sealed: true) == .magicMismatch)
  }
}

extension Superblock {
  /// Appends a header that follows the last one but for `change`, and makes it the cut.
  fileprivate mutating func extendSuffix(_ change: (inout PrepareHeader) -> Void) {
    guard let last = suffix.last else { return }
    var header = last
    header.op += 1
    header.parent = last.checksum
    change(&header)
    header.seal()
    suffix.append(header)
    cut = LogPosition(header)
  }
}
