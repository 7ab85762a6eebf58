internal import MKraftFormat
internal import MKraftStorage

/// Files with checkpoints, and what can be wrong with them. The last checkpoint is the third, of op 120.
extension Fixture {
  static var grid: [Fixture] {
    [
      Fixture("checkpoints") { try stopped() },
      Fixture("wrapped") { try GridSample.loaded().storage },
      Fixture("reply-torn", replyTorn),
      checkpointed("grid-grown") { storage, places in
        let geometry = places.superblock.geometry
        storage.truncate(to: geometry.fileSize(blockCount: geometry.gridBlocksMax - 3))
      },
      checkpointed("grid-cut") { storage, places in
        storage.truncate(to: places.range(places.root).lowerBound + 100)
      },
      checkpointed("checkpoint-damaged") { $0.scramble($1.range($1.superblock.checkpoint.released.address)) },
      checkpointed("checkpoint-sessions-zeroed") { $0.zero($1.range($1.superblock.checkpoint.sessions.address)) },
      checkpointed("checkpoint-inconsistent") { storage, places in
        try storage.forge(places, places.superblock.checkpoint.sessions) { _, block in
          block.zero(BlockChain.payloadOffset..<BlockChain.payloadOffset + 16)
        } refer: {
          $0.sessions.checksum = $1
        }
      },
      checkpointed("leaf-corrupt") { $0.flipBit(at: 8 * ($1.range(try $1.leaves()[1]).lowerBound + 3000)) },
      checkpointed("leaf-stale") { storage, places in
        // What stood there two checkpoints before: a lost write.
        let earlier = try GridPlaces(try GridSample.loaded(to: 43).storage)
        let leaf = try places.leaves().first { try earlier.isWhole($0) }
        guard let leaf else { preconditionFailure("some block was a leaf before too") }
        storage.replace(at: places.range(leaf).lowerBound, with: try earlier.bytes(leaf))
      },
      checkpointed("leaf-misdirected") { storage, places in
        let leaves = try places.leaves()
        storage.copy(places.range(leaves[1]), to: places.range(leaves[0]).lowerBound)
      },
      checkpointed("root-corrupt") { $0.scramble($1.range($1.root)) },
      checkpointed("root-and-leaf-corrupt") { storage, places in
        let leaf = try places.leaves()[1]
        storage.scramble(places.range(leaf))
        storage.scramble(places.range(places.root))
      },
      checkpointed("root-inconsistent") { storage, places in
        try storage.forge(places, places.superblock.checkpoint.treeRoot) { header, _ in
          header.birth = 0
        } refer: {
          $0.treeRoot.checksum = $1
        }
      },
      checkpointed("tree-miscounted") { storage, _ in
        try storage.update {
          $0.checkpoint.pairCount += 1
          $0.checkpoint.seal()
        }
      },
      checkpointed("value-corrupt") { $0.scramble($1.range(try $1.value())) },
      checkpointed("released-block-corrupt") { $0.scramble($1.range(try $1.released())) },
      checkpointed("log-put-back") { storage, places in
        // All of the fixed part but the replies.
        let geometry = places.superblock.geometry
        try storage.putBack(geometry.zoneRanges { $0 != .replies && $0 != .grid }, from: try beforeThird())
      },
      Fixture("copy-left-ahead") {
        let storage = try beforeThird()
        let now = try GridSample.loaded().storage
        try storage.putBack(try GridPlaces(now).superblock.geometry.zoneRanges { $0 == .superblock0 }, from: now)
        return storage
      },
      checkpointed("reply-lost") { $0.flipBit(at: 8 * ($1.superblock.geometry.replyOffset(slot: 0) + 300)) },
    ]
  }

  /// Ten ops before the third checkpoint, of a replica that was killed.
  private static func beforeThird() throws -> MemoryStorage { try GridSample.loaded(to: 110).storage }

  private static func stopped() throws -> MemoryStorage {
    let replica = try GridSample.loaded()
    replica.stop()
    return replica.storage
  }

  /// A fixture that is a stopped file with checkpoints, damaged.
  private static func checkpointed(
    _ name: String, _ damage: @escaping (MemoryStorage, GridPlaces) throws -> Void
  ) -> Fixture {
    Fixture(name) {
      let storage = try stopped()
      try damage(storage, try GridPlaces(storage))
      return storage
    }
  }

  /// The power fails while the replies of the fourth checkpoint are written: three atoms of one have reached the disk.
  private static func replyTorn() throws -> MemoryStorage {
    let replica = try GridSample.loaded(to: 159)
    try replica.begin(GridSample.events(160), from: GridSample.client(160))
    let token = replica.completeUntilReplyIsInFlight(longerThan: 8 * MemoryStorage.atomSize)
    return replica.storage.cut { $0 == token && $1 < 3 }
  }
}

extension Geometry {
  fileprivate func zoneRanges(_ isWanted: (Zone) -> Bool) -> [Range<UInt64>] {
    Zone.allCases.filter(isWanted).map { offset(of: $0)..<offset(of: $0) + byteCount(of: $0) }
  }
}

extension MemoryStorage {
  /// What another moment of the file has in these ranges.
  fileprivate func putBack(_ ranges: [Range<UInt64>], from other: MemoryStorage) throws {
    for range in ranges {
      let buffer = IOBuffer(byteCount: range.count)
      _ = try other.read(range.count, at: range.lowerBound, into: buffer)
      replace(at: range.lowerBound, with: buffer)
    }
  }

  /// Changes a block that the superblock refers to, with right checksums.
  fileprivate func forge(
    _ places: GridPlaces, _ reference: BlockReference, _ change: (inout BlockHeader, IOBuffer) -> Void,
    refer: (inout CheckpointState, UInt128) -> Void
  ) throws {
    let block = try places.bytes(reference.address)
    var header = try BlockHeader(decoding: block.bytes)
    change(&header, block)
    var bytes = block.mutableBytes
    header.seal(into: &bytes)
    replace(at: places.range(reference.address).lowerBound, with: block)
    try update {
      refer(&$0.checkpoint, header.checksum)
      $0.checkpoint.seal()
    }
  }
}
