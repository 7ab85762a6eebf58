import MKraftFormat
import Testing

@Suite struct GeometryTests {
  @Test func defaultsAreLegal() {
    let geometry = Geometry()
    #expect(geometry.brokenInvariants.isEmpty)
    #expect(geometry.headroom == 128)
    #expect(geometry.checkpointInterval == 880)
    #expect(geometry.headersPerUnit == 16)
    #expect(geometry.bodySizeMax == 1_048_320)
  }

  /// Theory C4, asynchronous: I = N - B - P - max(P, h).
  @Test func intervalFollowsTheFormula() {
    func interval(_ slots: UInt32, _ pipeline: UInt32, _ headroom: UInt32) -> UInt32 {
      Geometry(slotCount: slots, pipeline: pipeline, headroom: headroom).checkpointInterval
    }
    #expect(interval(1024, 8, 128) == 880)  // 1024 - 8 - 8 - 128
    #expect(interval(1024, 32, 1) == 952)  // 1024 - 8 - 32 - 32: the pipeline counts where headroom is smaller
    #expect(interval(64, 8, 8) == 40)  // 64 - 8 - 8 - 8
    #expect(interval(64, 18, 18) == 20)  // 64 - 8 - 18 - 18
    #expect(interval(64, 18, 19) == 19)  // 64 - 8 - 18 - 19
    #expect(interval(64, 28, 28) == 0)  // 64 - 64: the ring is too small
    #expect(interval(64, .max, .max) == 0)
    #expect(interval(.max, .max, .max) == 0)
    #expect(Geometry(slotCount: 64).headroom == 8 && Geometry(slotCount: 1 << 20).headroom == 128)
    #expect(Geometry.defaultHeadroom(slotCount: 0) == 1)
    for slots in stride(from: 64, through: 4096, by: 16) {
      #expect(Geometry(slotCount: UInt32(slots)).brokenInvariants.isEmpty, "\(slots) slots with defaults")
    }
  }

  /// The ring never overwrites what the state on disk still needs: interval, pipeline, headroom and no-ops all fit.
  @Test func longestIntervalNeverStalls() {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let geometry = Geometry.random(&random)
      let longest = geometry.longestInterval
      let used = longest + Geometry.noopReserve + geometry.pipeline + max(geometry.pipeline, geometry.headroom)
      #expect(used == geometry.slotCount, "seed \(seed)")
      let last = geometry.lastOp(after: 1000)
      #expect(geometry.slot(of: last) == geometry.slot(of: 1000))  // the checkpoint's own op is the first to go
      // Entries of the interval after next would name a checkpoint that is not complete.
      let preparable = min(last, 1000 + 2 * UInt64(geometry.checkpointInterval))
      #expect(geometry.lastPreparableOp(after: 1000) == preparable)
      #expect(geometry.lastClientOp(after: 1000) == preparable - 8)
      let headroomEnds = 1000 + UInt64(geometry.checkpointInterval) + UInt64(geometry.headroom)
      #expect(geometry.lastExecutableOp(after: 1000) == headroomEnds && headroomEnds < preparable, "seed \(seed)")
    }
    #expect(Geometry().lastOp(after: .max) == .max)
    #expect(Geometry().lastOp(after: .max - 1024) == .max)
    #expect(Geometry().lastOp(after: .max - 1025) == UInt64.max - 1)
    #expect(Geometry().slot(of: .max) == 1023)
  }

  /// Both sides of every bound, all else being equal.
  @Test func boundsAreInside() {
    func check<Value>(
      _ field: WritableKeyPath<Geometry, Value>, _ invariant: Invariant, legal: [Value], illegal: [Value],
      _ base: Geometry = Geometry()
    ) {
      for (values, expected) in [(legal, []), (illegal, [invariant])] {
        for value in values {
          var geometry = base
          geometry[keyPath: field] = value
          #expect(geometry.brokenInvariants.elements == expected, "\(invariant.name): \(value)")
        }
      }
    }
    let roomy = Geometry(slotCount: 4096, headroom: 32, blockSize: 1 << 20)
    check(
      \.ioUnit, .geometryIOUnit, legal: [4096, 8192, 65536], illegal: [4097, 4351, 8193], roomy)
    #expect(Geometry(ioUnit: 131_072, slotCount: 4096).brokenInvariants.contains(.geometryIOUnit))
    #expect(Geometry(ioUnit: 2048).brokenInvariants.contains(.geometryIOUnit))
    #expect(Geometry(slotCount: 64).brokenInvariants.isEmpty)
    #expect(Geometry(slotCount: 48).brokenInvariants.contains(.geometrySlotCount))
    check(
      \.slotCount, .geometrySlotCount, legal: [1024, 1040, 1 << 20],
      illegal: [1025, 1032, 1 << 20 + 16, .max])
    check(\.messageSize, .geometryMessageSize, legal: [4096, 1 << 20], illegal: [0, 2048, 4097, 5000, 2 << 20, .max])
    check(\.pipeline, .geometryPipeline, legal: [1, 32], illegal: [0, 33], Geometry(checkpointInterval: 800))
    check(\.headroom, .geometryHeadroom, legal: [1, 128], illegal: [0])
    // The interval is above the headroom: what a checkpoint releases is free before the next one.
    check(
      \.headroom, .geometryInterval, legal: [503], illegal: [504, 505, 872, .max], Geometry(checkpointInterval: 504))
    check(\.checkpointInterval, .geometryInterval, legal: [129, 880], illegal: [0, 127, 128, 881, .max])
    check(
      \.checkpointInterval, .geometryInterval, legal: [9, 10], illegal: [0, 1, 8], Geometry(pipeline: 8, headroom: 1))
    check(\.sessions, .geometrySessions, legal: [1, 4096], illegal: [0, 4097, .max])
    check(\.blockSize, .geometryBlockSize, legal: [16 << 10, 1 << 20], illegal: [0, 8192, 20 << 10, 2 << 20, .max])
    check(\.gridBlocksMax, .geometryGridBlocks, legal: [41, 1 << 26], illegal: [0, 1, 40, 1 << 26 + 1, .max])
  }

  /// Worked out by hand. A chain's block leaves 288 bytes of its place less for contents; a record takes 128 bytes, a set a bit a
  /// block in whole words.
  @Test func trailersAndTheSmallestGrid() {
    // 64 KiB blocks leave 65248 bytes: 64 * 128 = 8192 bytes of sessions are 1 block; 2^26 bits are 8388608 bytes, and
    // 128 * 65248 = 8351744 of them fill 128 blocks, so that a set is 129.
    #expect(Geometry().trailersMax == 1 + 2 * 129)
    #expect(Geometry().gridBlocksMin == 3 * 259 + 32)
    // 16 KiB blocks leave 16096: 4096 * 128 = 524288 bytes of sessions are 33 blocks (32 hold 515072); 1000000 bits are
    // 15625 words, 125000 bytes, 8 blocks (7 hold 112672).
    let wide = Geometry(sessions: 4096, blockSize: 16 << 10, gridBlocksMax: 1_000_000)
    #expect(wide.trailersMax == 33 + 2 * 8)
    #expect(wide.gridBlocksMin == 3 * 49 + 32)
    // Exactly full, and one more: 16096 bytes are 2012 words, 128768 blocks.
    func trailers(_ blocks: UInt64) -> UInt64 {
      Geometry(sessions: 1, blockSize: 16 << 10, gridBlocksMax: blocks).trailersMax
    }
    #expect(trailers(128_768) == 3 && trailers(128_769) == 5)
  }

  /// The least number of blocks is asked only of a geometry that is legal otherwise, which computing it relies on.
  @Test func smallestGridIsAskedLast() {
    let sessions = Geometry(sessions: 4096, blockSize: 16 << 10, gridBlocksMax: 136)  // 3 * (33 + 2) + 32 = 137
    #expect(sessions.gridBlocksMin == 137 && sessions.brokenInvariants.elements == [.geometryGridBlocks])
    var broken = sessions
    broken.gridBlocksMax = 137
    #expect(broken.brokenInvariants.isEmpty)
    broken.gridBlocksMax = 136
    broken.blockSize = 0
    #expect(broken.brokenInvariants.elements == [.geometryBlockSize])
  }

  @Test func blocksLieBehindEachOther() {
    let geometry = Geometry()  // the grid begins at 1093 MiB
    #expect(geometry.blockOffset(address: 1) == 1093 << 20)
    #expect(geometry.blockOffset(address: 17) == 1094 << 20)
    #expect(geometry.blockOffset(address: 1 << 26) == 1093 << 20 + 4 << 40 - 65536)
    #expect(geometry.fileSize(blockCount: 0) == 1093 << 20 && geometry.fileSize(blockCount: 16) == 1094 << 20)
    let sizes: [(bytes: UInt64, blocks: UInt64)] = [
      (0, 0), (1093 << 20, 0), (1093 << 20 + 65535, 0), (1093 << 20 + 65536, 1), (1094 << 20 - 1, 15), (.max, 1 << 26),
    ]
    for (bytes, blocks) in sizes { #expect(geometry.blockCount(fileSize: bytes) == blocks, "\(bytes) bytes") }
  }

  /// Interval k is the ops above checkpoint k - 1 up to that of checkpoint k, at op 880 k.
  @Test func intervalsEndAtCheckpoints() {
    let ops: [(op: UInt64, interval: UInt64)] = [
      (0, 0), (1, 1), (879, 1), (880, 1), (881, 2), (1760, 2), (1761, 3), (8_800_000, 10_000), (8_800_001, 10_001),
    ]
    for (op, interval) in ops { #expect(Geometry().interval(of: op) == interval, "op \(op)") }
    #expect(Geometry(checkpointInterval: 129).interval(of: .max) == (UInt64.max - 1) / 129 + 1)
  }

  @Test func allOnesAndZerosDoNotOverflow() {
    var geometry = Geometry(
      ioUnit: .max, slotCount: .max, messageSize: .max, pipeline: .max, checkpointInterval: .max, headroom: .max,
      sessions: .max, blockSize: .max, gridBlocksMax: .max)
    #expect(
      geometry.brokenInvariants.elements == [
        .geometryIOUnit, .geometrySlotCount, .geometryMessageSize, .geometryPipeline, .geometryInterval,
        .geometrySessions, .geometryBlockSize, .geometryGridBlocks,
      ])
    geometry = Geometry(
      ioUnit: 0, slotCount: 0, messageSize: 0, pipeline: 0, checkpointInterval: 0, headroom: 0, sessions: 0,
      blockSize: 0, gridBlocksMax: 0)
    #expect(
      geometry.brokenInvariants.elements == [
        .geometryIOUnit, .geometrySlotCount, .geometryMessageSize, .geometryPipeline, .geometryHeadroom,
        .geometryInterval, .geometrySessions, .geometryBlockSize, .geometryGridBlocks,
      ])
  }

  @Test func zonesFollowEachOther() {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let geometry = Geometry.random(&random)
      #expect(geometry.brokenInvariants.elements == [], "seed \(seed)")
      var end: UInt64 = 0
      for zone in Zone.allCases {
        let offset = geometry.offset(of: zone)
        #expect(offset % (1 << 20) == 0, "seed \(seed), \(zone.name)")
        // The gap before a zone is less than the alignment: nothing is wasted, nothing overlaps.
        #expect(offset >= end && offset - end < 1 << 20, "seed \(seed), \(zone.name)")
        end = offset + geometry.byteCount(of: zone)
      }
      #expect(geometry.offset(of: .grid) <= Geometry.gridOffsetMax, "seed \(seed)")
      #expect(geometry.fileSizeAtFormat == geometry.offset(of: .grid))
      // A copy written in whole I/O units stays in its zone, and a unit never reaches into the next slot.
      #expect(geometry.superblockBytesOnDisk % Int(geometry.ioUnit) == 0)
      #expect(geometry.superblockBytesOnDisk >= Superblock.byteCount && geometry.superblockBytesOnDisk <= 1 << 20)
      #expect(geometry.messageSize % geometry.ioUnit == 0 && geometry.blockSize % geometry.ioUnit == 0)
      #expect(geometry.byteCount(of: .walHeaders) % UInt64(geometry.ioUnit) == 0)
    }
  }

  /// Worked out by hand for the defaults.
  @Test func offsetsOfTheDefaults() {
    let geometry = Geometry()
    let expected: [(Zone, UInt64)] = [
      (.superblock0, 0), (.walHeaders, 1), (.superblock1, 2), (.walPrepares, 3), (.superblock2, 1027), (.replies, 1028),
      (.superblock3, 1092), (.grid, 1093),
    ]
    for (zone, mebibytes) in expected { #expect(geometry.offset(of: zone) == mebibytes << 20, "\(zone.name)") }
    #expect(geometry.headerOffset(slot: 1023) == 1 << 20 + 1023 * 256)
    #expect(geometry.prepareOffset(slot: 1023) == 1026 << 20)
    #expect(geometry.replyOffset(slot: 63) == 1091 << 20)
    #expect(geometry.byteCount(of: .grid) == 4 << 40)
    #expect([0, 1, 256, 4096, 4097, 1 << 20].map(geometry.bytesOnDisk) == [0, 4096, 4096, 4096, 8192, 1 << 20])
    for copy in 0..<4 { #expect(Zone.superblock(copy).superblockCopy == copy) }
    #expect(Zone.allCases.compactMap(\.superblockCopy) == [0, 1, 2, 3])
  }

  /// The bound of a scan is the offset of the grid in the largest file, and no larger.
  @Test func scanBoundIsReached() {
    let largest = Geometry(slotCount: 1 << 20, messageSize: 1 << 20, sessions: 4096)
    #expect(largest.brokenInvariants.isEmpty)
    #expect(largest.offset(of: .grid) == Geometry.gridOffsetMax)
    #expect(Geometry.gridOffsetMax == 4 << 20 + 256 << 20 + 1 << 40 + 4 << 30)
    let smallest = Geometry(
      slotCount: 64, messageSize: 4096, pipeline: 1, headroom: 1, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 41)
    #expect(smallest.brokenInvariants.isEmpty)
    #expect(smallest.fileSizeAtFormat == 7 << 20)  // each zone but the grid takes one alignment
  }
}
