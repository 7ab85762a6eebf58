import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

@Suite struct StructureDumpTests {
  private func read(_ storage: MemoryStorage, _ target: DumpTarget, _ geometry: Geometry, limit: Int = .max) throws
    -> StructureDump
  {
    StructureDump.read(storage, target, at: try #require(target.range(geometry)), limit: limit)
  }

  /// All structures of a file with a tree, sessions and sets.
  private func ground() throws -> (MemoryStorage, GridMap, [DumpTarget]) {
    let run = try GridRun()
    try run.run(checkpoints: 6, more: 2)
    run.stop()
    let map = try GridMap(run.storage)
    let blocks = GridMap.Role.allCases.flatMap { map.blocks($0).prefix(2) }.map { DumpTarget.block($0) }
    let others: [DumpTarget] = [
      .superblock(0), .superblock(3), .header(slot: 5), .prepare(slot: 5), .prepare(slot: 63), .reply(slot: 1),
      .reply(slot: 3),
    ]
    return (run.storage, map, others + blocks)
  }

  @Test func soundStructuresAreRight() throws {
    let (storage, map, targets) = try ground()
    for target in targets {
      let dump = try read(storage, target, map.superblock.geometry)
      guard dump.bytes.contains(where: { $0 != 0 }) else { continue }
      #expect(dump.defect == nil && dump.isWhole && !dump.checksums.isEmpty, "\(target)")
      #expect(dump.checksums.allSatisfy { $0.state == .right }, "\(target): \(dump.checksums)")
    }
  }

  /// The layout tables leave no byte out and none twice, whatever stands in the structure.
  @Test func fieldsTileTheStructure() throws {
    let (storage, map, targets) = try ground()
    let geometry = map.superblock.geometry
    for seed in UInt64(0)..<40 {
      var generator = SplitMix64(seed: seed)
      let damaged = storage.snapshot()
      for target in targets where seed > 0 {
        let range = try #require(target.range(geometry))
        // Sizes, counts and types lie in the first bytes.
        let start = range.lowerBound + UInt64.random(in: 0..<320, using: &generator)
        damaged.garbage(start..<start + UInt64.random(in: 1...8, using: &generator), using: &generator)
      }
      for target in targets {
        let limit = seed % 3 == 0 ? Int.max : Int.random(in: 1...3000, using: &generator)
        let dump = try read(damaged, target, geometry, limit: limit)
        var end = 0
        for field in dump.fields {
          #expect(field.range.lowerBound == end && !field.range.isEmpty, "seed \(seed), \(target): \(field.name)")
          end = field.range.upperBound
          _ = dump.value(of: field)
        }
        #expect(end >= dump.limit && end <= dump.bytes.count, "seed \(seed), \(target)")
      }
    }
  }

  /// A changed bit makes exactly those checksums wrong that cover its byte, or that hold it.
  @Test func coverageIsWhatTheChecksumIsOf() throws {
    let (storage, map, targets) = try ground()
    let geometry = map.superblock.geometry
    for target in targets {
      let range = try #require(target.range(geometry))
      let sound = try read(storage, target, geometry)
      guard sound.checksums.allSatisfy({ $0.state == .right }) else { continue }
      var generator = SplitMix64(seed: range.lowerBound)
      for _ in 0..<12 {
        let offset = Int.random(in: 0..<sound.bytes.count, using: &generator)
        let changed = storage.snapshot()
        changed.flipBit(at: 8 * (range.lowerBound + UInt64(offset)))
        let dump = try read(changed, target, geometry)
        // Fields that say what is covered are the readers' business.
        guard dump.checksums.map(\.covered) == sound.checksums.map(\.covered),
          dump.checksums.map(\.kind) == sound.checksums.map(\.kind)
        else { continue }
        for checksum in dump.checksums {
          let holds = (checksum.offset..<checksum.offset + 16).contains(offset)
          let isTouched = holds || checksum.covered?.contains(offset) == true
          #expect((checksum.state == .wrong) == isTouched, "\(target), byte \(offset): \(checksum.name)")
        }
      }
    }
  }

  /// A block may claim to hold very many entries: memory stays bounded, and every byte is in a field all the same.
  @Test func aBlockOfVeryManyEntries() throws {
    let size = 1 << 20
    let count = (size - TreeNode.Layout.ends) / (4 + TreeNode.EntryLayout.byteCount)
    let block = IOBuffer(byteCount: size)
    var bytes = block.mutableBytes
    for index in 0..<count {
      bytes.store(UInt32(8 * (index + 1)), toByteOffset: TreeNode.Layout.ends + 4 * index)
    }
    bytes.store(UInt32(count), TreeNode.Layout.count)
    var header = BlockHeader()
    header.size = UInt32(size)
    for type in BlockHeader.BlockType.allCases {
      header.type = type
      var whole = block.mutableBytes
      header.seal(into: &whole)
      let storage = MemoryStorage()
      storage.truncate(to: UInt64(size))
      storage.replace(at: 0, with: block)
      let dump = StructureDump.read(storage, .block(1), at: 0..<UInt64(size), limit: .max)
      #expect(dump.fields.count < 40_000 && dump.checksums.first?.state == .right, "\(type): \(dump.fields.count)")
      #expect(dump.fields.reduce(0) { $1.range.lowerBound == $0 ? $1.range.upperBound : -1 } == size, "\(type)")
    }
  }

  @Test func valuesAreThoseOfTheStructure() throws {
    let file = try SampleFile()
    let dump = try read(file.storage, .prepare(slot: 5), file.geometry)
    func value(_ name: String) -> FieldValue? {
      dump.fields.first { $0.name == name }.flatMap { dump.value(of: $0) }
    }
    #expect(value("checksum") == .identifier(file.entries[5].checksum))
    #expect(value("op") == .number(5) && value("size") == .byteCount(256 + 1500))
    #expect(value("kind") == .named(2, name: "prepare") && value("body") == .bytes(1500))
    #expect(value("timestamp") == .time(5000) && value("reserved") == .zero(nonZero: 0))
    #expect(dump.checksums.map(\.name) == ["checksum", "body_checksum"])
    #expect(dump.checksums[1].covered == 256..<1756 && dump.checksums[1].stored == file.entries[5].bodyChecksum)
  }

  /// One bad sector hides no more than itself; a file that ends hides what lies beyond.
  @Test func bytesThatAreNotThere() throws {
    let file = try SampleFile()
    let home = file.home(2)
    file.storage.failReads(home + 4096..<home + 4608)
    let dump = try read(file.storage, .superblock(2), file.geometry)
    #expect(dump.gaps.map(\.range) == [4096..<8192] && dump.presentCount == 12288 && dump.defect == nil)
    #expect(dump.checksums.map(\.state) == [.unverifiable, .right, .right])
    #expect(
      dump.fields.first { $0.name == "cluster" }.flatMap { dump.value(of: $0) } == .identifier(SampleFile.cluster))
    #expect(dump.isPresent(4095) && !dump.isPresent(4096) && dump.isPresent(8192))

    file.storage.truncate(to: file.home(3) + 100)
    let cut = try read(file.storage, .superblock(3), file.geometry)
    #expect(cut.gaps.map(\.range) == [100..<16384] && cut.gaps.first?.reason == "the file ends before it")
    let magic = try #require(cut.fields.first { $0.name == "magic" })
    #expect(cut.value(of: magic) == .text(Array("MKRAFTDF".utf8)) && cut.checksums[0].state == .unverifiable)
    file.storage.truncate(to: 100)
    #expect(try read(file.storage, .prepare(slot: 1), file.geometry).fields == [])
  }

  @Test func whatThereIsNot() throws {
    let geometry = SampleFile.geometry
    let none: [DumpTarget] = [
      .superblock(4), .superblock(-1), .header(slot: 64), .prepare(slot: -1), .reply(slot: 4), .block(0),
      .block(geometry.gridBlocksMax + 1), .block(.max),
    ]
    for target in none { #expect(target.range(geometry) == nil, "\(target)") }
  }
}
