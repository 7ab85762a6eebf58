import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

@Suite struct FileMapTests {
  private func draw(
    _ storage: MemoryStorage, _ options: Verification.Options = Verification.Options(), cells: Int = 1024
  )
    -> FileMap
  {
    FileMap.draw(storage, Verification.run(storage, options), cellLimit: cells)
  }

  private func band(_ zone: Zone, _ map: FileMap) throws -> MapBand {
    try #require(map.bands.first { $0.zone == zone })
  }

  private func states(_ band: MapBand) -> [MapState] { band.cells.map(\.state) }

  @Test func zonesCoverTheFile() throws {
    let file = try SampleFile()
    let map = draw(file.storage)
    #expect(map.bands.map(\.zone) == Zone.allCases)
    for (band, next) in zip(map.bands, map.bands.dropFirst()) {
      #expect(band.gap.upperBound == next.range.lowerBound && band.range.upperBound == band.gap.lowerBound)
    }
    #expect(map.elsewhere.isEmpty && map.bands.allSatisfy { $0.cells.allSatisfy { $0.worst == nil } })
  }

  @Test func slotsOfBothRings() throws {
    let file = try SampleFile()
    file.writePrepare(file.entry(after: file.entries[12], bodySize: 100))
    file.garbage(file.prepareRange(20))
    let map = draw(file.storage)
    let entries = [MapState](repeating: .entry, count: 12)
    // The root stands in slot 0; op 13 has a prepare and no header, which a replica heals.
    let rest = [MapState](repeating: .blank, count: 51)
    #expect(states(try band(.walHeaders, map)) == [.older] + entries + rest)
    var prepares = [.older] + entries + [.entry] + rest.dropFirst()
    prepares[20] = .damaged
    #expect(states(try band(.walPrepares, map)) == prepares)
    #expect(map.op(inSlot: 1) == 1 && map.op(inSlot: 63) == 63 && map.op(inSlot: 0) == 64)
  }

  @Test func superblockCopies() throws {
    let file = try SampleFile()
    file.write(file.history[0], copy: 2)
    file.garbage(file.range(3))
    let map = draw(file.storage)
    let cells = try (0..<4).map { try band(.superblock($0), map).cells[0] }
    #expect(cells.map(\.state) == [.currentCopy, .currentCopy, .staleCopy, .damaged])
    #expect(cells.map { $0.worst?.kind } == [nil, nil, .superblockCopyStale, .superblockCopyDamaged])
  }

  /// Every block is drawn as what it is there for, found by other means.
  @Test(arguments: [1, 4] as [UInt64]) func blocks(checkpoints: UInt64) throws {
    let run = try GridRun(seed: checkpoints)
    try run.run(checkpoints: checkpoints)
    run.stop()
    let roles = try GridMap(run.storage)
    let map = draw(run.storage)
    let grid = try band(.grid, map)
    let known = roles.superblock.geometry.blockCount(fileSize: roles.superblock.checkpoint.storageSize)
    #expect(grid.itemsPerCell == 1 && grid.firstItem == 1 && grid.itemCount >= known)
    for cell in grid.cells {
      let address = cell.items.lowerBound
      let expected: MapState =
        switch roles.roles[address] {
        case .leaf: .leaf
        case .inner: .inner
        case .value: .value
        case .acquiredSet, .releasedSet: .set
        case .sessions: .sessions
        case .released: .released
        case nil: address <= known ? .free : .growth
        }
      #expect(cell.state == expected, "block \(address)")
    }
  }

  /// What cannot be reached is drawn by what stands in it.
  @Test func blocksBelowADamagedRoot() throws {
    let run = try GridRun(seed: 3)
    try run.run(checkpoints: 3)
    run.stop()
    let roles = try GridMap(run.storage)
    let storage = run.storage.snapshot()
    let root = roles.superblock.checkpoint.treeRoot.address
    storage.zero(roles.range(root))
    let grid = try band(.grid, draw(storage))
    for leaf in roles.blocks(.leaf) { #expect(grid.cells[Int(leaf) - 1].state == .leaf, "block \(leaf)") }
    #expect(grid.cells[Int(root) - 1].worst?.kind == .blockCorrupt)
  }

  @Test func damageIsDrawnWhereItIs() throws {
    let file = try SampleFile()
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 4) + 300))
    file.storage.flipBit(at: 8 * 20_000)
    file.storage.failReads(file.home(2) + 16384..<file.home(2) + 20480)
    let map = draw(file.storage)
    let prepares = try band(.walPrepares, map)
    #expect(prepares.cells.filter { $0.worst != nil }.map(\.items.lowerBound) == [4])
    #expect(prepares.cells[4].worst?.kind == .walPrepareCorrupt && prepares.cells[4].findingCount == 1)
    #expect(try band(.superblock0, map).gapFindings.map(\.kind) == [.gapNotZero])
    #expect(try band(.superblock2, map).gapFindings.map(\.kind) == [.rangeUnreadable])
    #expect(map.elsewhere.isEmpty)
  }

  /// A cell for several items counts all of them, and shows damage and what is in use before the rest.
  @Test func manyItemsToACell() throws {
    let file = try SampleFile()
    file.garbage(file.prepareRange(40))
    let map = draw(file.storage, cells: 8)
    let prepares = try band(.walPrepares, map)
    #expect(prepares.itemsPerCell == 8 && prepares.cells.count == 8)
    #expect(prepares.cells.map { $0.counts.reduce(0) { $0 + $1.count } } == [UInt32](repeating: 8, count: 8))
    #expect(prepares.cells[0].counts.map(\.state) == [.entry, .older] && prepares.cells[0].state == .entry)
    #expect(prepares.cells[1].counts.map(\.count) == [5, 3] && prepares.cells[1].state == .entry)
    #expect(prepares.cells[5].state == .damaged && prepares.cells[5].worst?.kind == .walPrepareUnusedDamaged)
    #expect(prepares.cells[2].state == .blank)
    #expect(try band(.replies, map).itemsPerCell == 1)
  }

  /// Whatever is wrong with a file, every finding that is listed is in the picture or beside it.
  @Test(arguments: Scenario.all.map(\.name)) func everyFindingIsSomewhere(name: String) throws {
    let scenario = try #require(Scenario.all.first { $0.name == name })
    let file = try SampleFile()
    scenario.damage(file)
    let report = file.verify()
    let map = FileMap.draw(file.storage, report, cellLimit: 1024)
    let drawn = map.bands.reduce(0) { $0 + $1.gapFindings.count + $1.cells.reduce(0) { $0 + $1.findingCount } }
    #expect(drawn + map.elsewhere.count >= report.findings.count)
    for finding in report.findings where finding.slot != nil || finding.copy != nil && report.superblock != nil {
      #expect(!map.elsewhere.contains(finding), "\(finding)")
    }
  }

  @Test func withoutAnySuperblock() throws {
    let file = try SampleFile()
    for copy in 0..<Superblock.copyCount { file.storage.zero(file.range(copy)) }
    let blind = draw(file.storage)
    #expect(blind.bands.isEmpty && blind.elsewhere.map(\.kind) == [.superblockNotFound])
    var options = Verification.Options()
    options.supplied = SuppliedGeometry(file.geometry)
    let map = draw(file.storage, options)
    #expect(states(try band(.walHeaders, map)).filter { $0 == .entry }.count == 12)
    #expect(states(try band(.superblock1, map)) == [.damaged])
  }
}
