import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// Nothing that a client wrote is in an image, wherever it stands in the file.
@Suite struct ImageRedactionTests {
  private struct Ground {
    let storage: MemoryStorage
    let secrets: [[UInt8]]
    let map: GridMap
  }

  private func ground() throws -> Ground {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 5)
    run.stop()
    return Ground(
      storage: run.storage, secrets: run.pairs.flatMap { [$0.key, $0.value] }, map: try GridMap(run.storage))
  }

  private func expectNoSecret(_ storage: MemoryStorage, _ ground: Ground, _ name: String) throws {
    let search = ByteSearch(try ImageOf(storage).bytes)
    let found = ground.secrets.filter { search.findsPart(of: $0) }
    #expect(found.isEmpty, "\(name): \(found.count) of \(ground.secrets.count) keys and values are in the image")
  }

  /// The search finds what is there, so that it proves something when it finds nothing.
  @Test func theSearchFindsThemInTheFileAndInAnImageThatKeepsThem() throws {
    let ground = try ground()
    let file = ByteSearch(try ImageOf.bytes(ground.storage))
    let image = try ImageOf(ground.storage, redacted: false)
    let kept = ByteSearch(try image.bytes)
    #expect(!ground.secrets.isEmpty)
    #expect(ground.secrets.allSatisfy { file.findsPart(of: $0) && kept.findsPart(of: $0) })
    #expect(image.summary.redacted.total == 0 && image.summary.recordedChecksums == 0)
    #expect(
      try ImageOf.bytes(image.storage()) == ImageOf.bytes(ground.storage), "an image that keeps all gives all back")
  }

  @Test func aSoundFile() throws {
    let ground = try ground()
    try expectNoSecret(ground.storage, ground, "sound")
    let summary = try ImageOf(ground.storage).summary
    for reason in [ImageRedactions.Reason.requests, .keysAndValues, .valueBlocks] {
      #expect(summary.redacted[reason] > 0, "\(reason)")
    }
    #expect(summary.imageByteCount < ground.storage.byteCount / 20, "\(summary)")
  }

  /// A write that went astray puts a client's bytes anywhere.
  @Test func bytesThatWentAstray() throws {
    let ground = try ground()
    let geometry = ground.map.superblock.geometry
    let values = ground.map.blocks(.value)
    let value = ground.map.range(values[0]).lowerBound + 1024
    var places: [(String, UInt64)] = [
      ("header ring", geometry.headerOffset(slot: 16)),
      ("prepare ring", geometry.prepareOffset(slot: 9)),
      ("replies", geometry.replyOffset(slot: 1)),
      ("gap", geometry.offset(of: .superblock1) + 20480),
    ]
    for copy in 0..<Superblock.copyCount { places.append(("copy \(copy)", geometry.offset(of: .superblock(copy)))) }
    for role in GridMap.Role.allCases {
      let range = ground.map.range(ground.map.blocks(role)[0])
      places.append(("\(role)", range.lowerBound))
      places.append(("second half of \(role)", range.lowerBound + 8192))
    }
    for (name, offset) in places {
      let storage = ground.storage.snapshot()
      storage.copy(value..<value + 4096, to: offset)
      try expectNoSecret(storage, ground, name)
      try ImageOf.expectSame(storage, name)
    }
    // No superblock: nothing tells what lies where.
    let storage = ground.storage.snapshot()
    for copy in 0..<Superblock.copyCount {
      storage.copy(value..<value + 4096, to: geometry.offset(of: .superblock(copy)))
    }
    try expectNoSecret(storage, ground, "all copies")
    try ImageOf.expectSame(storage, "all copies")
  }

  /// A structure that is damaged, and still shows whose it is.
  @Test func damagedStructures() throws {
    let ground = try ground()
    for role in GridMap.Role.allCases {
      for byte in [20, 66, 82, 88, 300] as [UInt64] {
        let storage = ground.storage.snapshot()
        storage.flipBit(at: 8 * (ground.map.range(ground.map.blocks(role)[0]).lowerBound + byte))
        try expectNoSecret(storage, ground, "\(role), byte \(byte)")
      }
    }
    let geometry = ground.map.superblock.geometry
    for byte in [0, 20, 180, 208, 300] as [UInt64] {
      let storage = ground.storage.snapshot()
      for slot in 0..<Int(geometry.slotCount) { storage.flipBit(at: 8 * (geometry.prepareOffset(slot: slot) + byte)) }
      for slot in 0..<Int(geometry.sessions) { storage.flipBit(at: 8 * (geometry.replyOffset(slot: slot) + byte)) }
      try expectNoSecret(storage, ground, "byte \(byte) of every slot")
      try ImageOf.expectSame(storage, "byte \(byte) of every slot")
    }
  }
}
