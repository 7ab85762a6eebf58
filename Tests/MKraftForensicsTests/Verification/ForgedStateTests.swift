import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// States whose checksum is right and whose numbers cannot be: each is refused, everything is read again, and the verdict is that of
/// a verification in a piece.
@Suite struct ForgedStateTests {
  private typealias Forgery = (name: String, change: (inout ForgedState) -> Void)

  /// A file and what a verification of some of it has left.
  private struct Ground {
    let storage: MemoryStorage
    let options: Verification.Options
    let rest: [UInt8]

    func resume(_ state: [UInt8]) -> VerificationReport {
      var options = options
      options.resuming = state
      options.budget = ScanBudget()
      return Verification.run(storage, options)
    }

    /// A verification in a piece.
    var plain: VerificationReport {
      var options = options
      options.resuming = nil
      options.budget = ScanBudget()
      return Verification.run(storage, options)
    }
  }

  /// Reads piece after piece until what is left is as it is wanted.
  private func begin(
    _ storage: MemoryStorage, _ options: Verification.Options, until isWanted: (ForgedState) -> Bool = { _ in true }
  ) throws -> Ground {
    var options = options
    options.threadCount = 1
    options.keepsRest = true
    for _ in 0..<1000 {
      options.budget = ScanBudget(ScanLimits(byteCount: 1))
      let rest = try #require(Verification.run(storage, options).rest, "there is no such state")
      if isWanted(ForgedState(rest)) { return Ground(storage: storage, options: options, rest: rest) }
      options.resuming = rest
    }
    return try #require(nil as Ground?, "each part goes on by a piece at least")
  }

  /// Most of a log, one entry of which is unknown in both rings unless the file is in use.
  private func logGround(isLive: Bool = false) throws -> Ground {
    let file = try SampleFile()
    if !isLive { file.garbageBoth(5) }
    var options = Verification.Options()
    options.scope = [.superblocks, .wal, .grid]
    options.isLive = isLive
    return try begin(file.storage, options)
  }

  /// Some of the grid, with damaged leaves and values in it.
  private func gridGround() throws -> (ground: Ground, map: GridMap) {
    let storage = try GridRun.stopped().storage.snapshot()
    let map = try GridMap(storage)
    // Every other value, so that some sums tell of references and some of what stands there.
    let values = map.blocks(.value).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    for block in map.blocks(.leaf).prefix(2) + values {
      storage.flipBit(at: 8 * (map.range(block).lowerBound + 300))
    }
    var options = Verification.Options()
    options.scope = [.superblocks, .grid]
    options.leafByteCountMax = 6000
    let ground = try begin(storage, options) { state in
      state.faults.contains { $0.kind == 0 && $0.referrer != nil } && state.damaged.count > 1 && state.sums.count > 1
        && state.leaf > 0
    }
    return (ground, map)
  }

  private func expectRefused(
    _ forgeries: [Forgery], _ ground: Ground, _ location: SourceLocation = #_sourceLocation
  ) {
    let state = ForgedState(ground.rest)
    #expect(state.encoded == ground.rest && state.tail.isEmpty, "it is taken apart rightly", sourceLocation: location)
    let plain = ground.plain.conclusions
    let continued = ground.resume(ground.rest)
    if case .continued(_, let readAgain) = continued.resumption {
      #expect(readAgain.isEmpty && continued.conclusions == plain, sourceLocation: location)
    } else {
      Issue.record("a right state: \(continued.resumption)", sourceLocation: location)
    }
    for forgery in forgeries {
      var forged = state
      forgery.change(&forged)
      let report = ground.resume(forged.encoded)
      #expect(report.resumption == .startedOver("it is damaged"), "\(forgery.name)", sourceLocation: location)
      #expect(report.conclusions == plain && report.stop == nil, "\(forgery.name)", sourceLocation: location)
    }
  }

  // MARK: Log

  @Test func talliesThatCannotBe() throws {
    let many = [ForgedState.Span](repeating: ForgedState.Span(lower: 4096, upper: 8192), count: 4097)
    expectRefused(
      [
        ("a byte more than was read", { $0.log.checked += 1 }),
        ("a byte less", { $0.log.checked -= 1 }),
        ("more than the file has", { $0.log.checked = .max }),
        (
          "a sum that overflows to what was read",
          {
            $0.log.unreadable = .max
            $0.log.checked += 1
          }
        ),
        (
          "two halves of what overflows",
          {
            $0.log.unreadable = 1 << 63
            $0.log.skipped[0] += 1 << 63
          }
        ),
        ("skipped for no known reason", { $0.log.skipped.append(0) }),
        ("skipped for no reason", { $0.log.skipped.removeAll() }),
        ("more ranges than bytes", { $0.log.lost.append(ForgedState.Span(lower: 4096, upper: 8192)) }),
        ("ranges of nothing", { $0.log.lost.append(ForgedState.Span(lower: 4096, upper: 4096)) }),
        ("a range without end", { $0.log.lost.append(ForgedState.Span(lower: 0, upper: .max)) }),
        ("more lost ranges than are listed", { $0.log.lost = many }),
        ("an unsteady range without end", { $0.log.unsteady.append(ForgedState.Span(lower: 0, upper: .max)) }),
        ("an unsteady range from its end", { $0.log.unsteady.append(ForgedState.Span(lower: 8192, upper: 4096)) }),
        ("an unsteady range of nothing", { $0.log.unsteady.append(ForgedState.Span(lower: 4096, upper: 4096)) }),
        ("more unsteady ranges than are listed", { $0.log.unsteady = many }),
        ("bytes of blocks that there are not", { $0.grid.checked += 1 }),
        ("something behind it", { $0.tail = [0] }),
      ], try logGround())
  }

  @Test func progressThatCannotBe() throws {
    expectRefused(
      [
        ("no piece", { $0.logPieces = 0 }),
        ("a piece more", { $0.logPieces += 1 }),
        ("more pieces than there are", { $0.logPieces = 1 << 40 }),
        ("more pieces than can be counted", { $0.logPieces = .max }),
        ("replies that nobody asked for", { $0.replyPieces = 1 }),
        ("gaps that nobody asked for", { $0.gapPieces = 1 << 40 }),
        ("a block before the first", { $0.nextBlock = 0 }),
        ("a block of a grid without any", { $0.nextBlock = 2 }),
        ("a block behind all others", { $0.nextBlock = .max }),
        ("an inner node of no tree", { $0.inner = 1 }),
        ("a leaf of no tree", { $0.leaf = 1 }),
        ("a pair of no leaf", { $0.pair = 1 }),
        ("a value of no leaf", { $0.value = 1 }),
        ("a block of no grid", { $0.reachable = [1] + [UInt8](repeating: 0, count: 7) }),
        ("a fault that is not listed", { $0.faultCount = 1 }),
        ("a damaged block that is not listed", { $0.damagedCount = 1 }),
      ], try logGround())
  }

  @Test func logsThatCannotBe() throws {
    let ground = try logGround()
    let state = ForgedState(ground.rest)
    let apart = try #require(state.logParts.indices.first { state.isApart($0) })
    // All that the first piece has: the slots behind the one of the root, as far as a piece reaches.
    let slots = UInt64(min(Int(SampleFile.geometry.slotCount) - 1, JournalReader.batchLimit(SampleFile.geometry)))
    expectRefused(
      [
        ("slots in motion in a file at rest", { $0.logParts.append(ForgedState.moving(1)) }),
        ("all slots in motion", { $0.logParts = [ForgedState.moving(slots)] }),
        ("no slots", { $0.logParts.append(ForgedState.alike(0)) }),
        ("a slot more", { $0.logParts.append(ForgedState.alike(1)) }),
        ("a part less", { $0.logParts.removeLast() }),
        ("more slots than there are", { $0.logParts.append(ForgedState.alike(1 << 40)) }),
        ("so many that they overflow", { $0.logParts.append(ForgedState.alike(.max)) }),
        ("a slot twice", { $0.logParts.insert($0.logParts[apart], at: apart) }),
        (
          "more slots by themselves than are kept",
          { state in
            state.logParts += [[UInt8]](repeating: state.logParts[apart], count: 5000)
          }
        ),
        ("the head of a file in use", { $0.liveHead = SampleFile.head }),
        ("nothing but a head", { $0.liveHead = 0 }),
      ], ground)
  }

  @Test func headsThatCannotBe() throws {
    let ground = try logGround(isLive: true)
    let state = ForgedState(ground.rest)
    let moving = try #require(state.logParts.indices.first { state.isMoving($0) })
    #expect(state.liveHead == SampleFile.head && moving == state.logParts.count - 1)
    expectRefused(
      [
        ("no head", { $0.liveHead = nil }),
        ("a head before all entries", { $0.liveHead = 0 }),
        ("an entry less", { $0.liveHead = SampleFile.head - 1 }),
        ("an entry more", { $0.liveHead = SampleFile.head + 1 }),
        ("a head behind the ring", { $0.liveHead = 1000 }),
        ("a head behind all numbers", { $0.liveHead = .max }),
        ("slots in motion before those at rest", { $0.logParts.swapAt(0, moving) }),
        ("nothing in motion", { $0.logParts[moving] = ForgedState.alike(1) }),
        ("no slots in motion", { $0.logParts[moving] = ForgedState.moving(0) }),
        ("more in motion than there is", { $0.logParts[moving] = ForgedState.moving(1 << 40) }),
      ], ground)
  }

  // MARK: Grid

  @Test func countsThatCannotBe() throws {
    let (ground, map) = try gridGround()
    let geometry = map.superblock.geometry
    let blocks = geometry.blockCount(fileSize: map.superblock.checkpoint.storageSize)
    let trailer = Int(try #require(map.blocks(.acquiredSet).first) - 1)
    expectRefused(
      [
        ("more inner nodes than blocks", { $0.inner = blocks + 1 }),
        ("inner nodes without number", { $0.inner = .max }),
        ("more leaves than were read", { $0.leaf = $0.nextBlock }),
        ("leaves without number", { $0.leaf = .max }),
        ("more pairs than leaves have room for", { $0.pair = $0.leaf * UInt64(geometry.blockSize) }),
        ("pairs without number", { $0.pair = .max }),
        ("more values than blocks", { $0.value = blocks + 1 }),
        ("values without number", { $0.value = .max }),
        ("more blocks than there are, in all", { $0.inner = blocks }),
        ("no block that is referred to", { $0.reachable = [] }),
        ("blocks outside the grid", { $0.reachable = [UInt8](repeating: 0xFF, count: 8 * (Int(blocks) / 64 + 2)) }),
        (
          "a block of the checkpoint's own",
          { state in
            let missing = trailer / 64 * 8 + 8 - state.reachable.count
            state.reachable += [UInt8](repeating: 0, count: max(0, missing))
            state.reachable[trailer / 8] |= 1 << UInt8(trailer % 8)
          }
        ),
        ("half a word of blocks", { $0.reachable.append(1) }),
        ("a block more than was read", { $0.nextBlock += 1 }),
        ("blocks behind the last", { $0.nextBlock = blocks + 2 }),
        ("a block without number", { $0.nextBlock = .max }),
        ("a byte more than was read", { $0.grid.checked += 1 }),
        ("a log that nobody asked for", { $0.logPieces = 1 }),
      ], ground)
  }

  @Test func addressesThatCannotBe() throws {
    let (ground, map) = try gridGround()
    let blocks = map.superblock.geometry.blockCount(fileSize: map.superblock.checkpoint.storageSize)
    let state = ForgedState(ground.rest)
    let fault = try #require(state.faults.indices.first { state.faults[$0].kind == 0 })
    expectRefused(
      [
        ("no referrer of a number", { $0.faults[fault].referrer = 0 }),
        ("a referrer outside the grid", { $0.faults[fault].referrer = blocks + 1 }),
        ("a referrer without number", { $0.faults[fault].referrer = .max }),
        ("a fault of no block", { $0.faults[fault].address = 0 }),
        ("a fault outside the grid", { $0.faults[fault].address = blocks + 1 }),
        ("a fault without number", { $0.faults[fault].address = .max }),
        ("fewer faults than are listed", { $0.faultCount -= 1 }),
        ("more faults than are listed", { $0.faultCount += 1 }),
        (
          "a longer list of faults than is kept",
          { state in
            state.faults = [ForgedState.Fault](repeating: state.faults[fault], count: 4097)
            state.faultCount = 4097
          }
        ),
        ("no damaged block", { $0.damaged[0].address = 0 }),
        ("a damaged block outside the grid", { $0.damaged[$0.damaged.count - 1].address = blocks + 1 }),
        ("a damaged block that was not read", { $0.damaged[$0.damaged.count - 1].address = $0.nextBlock }),
        ("damaged blocks out of order", { $0.damaged.swapAt(0, 1) }),
        ("a damaged block twice", { $0.damaged[1] = $0.damaged[0] }),
        ("fewer damaged blocks than are listed", { $0.damagedCount -= 1 }),
        ("more damaged blocks than are listed", { $0.damagedCount += 1 }),
        (
          "a longer list of damaged blocks than is kept",
          { state in
            state.damaged = [ForgedState.Damaged](repeating: state.damaged[0], count: 4097)
            state.damagedCount = 4097
          }
        ),
        ("a sum of no block", { $0.sums[$0.sums.count - 1].index = 1 << 19 }),
        ("the last sum there can be", { $0.sums[$0.sums.count - 1].index = UInt64(UInt32.max) }),
        ("a sum twice", { $0.sums[1] = $0.sums[0] }),
        ("sums out of order", { $0.sums.swapAt(0, 1) }),
        ("a sum of nothing", { $0.sums[0].sum = [UInt8](repeating: 0, count: 16) }),
      ], ground)
  }

  // MARK: Every bit, every length

  /// A state that was cut short, as it is found and with a checksum of its own.
  @Test func everyLength() throws {
    let ground = try logGround()
    let plain = ground.plain
    let contents = ForgedState(ground.rest).contents
    var interrupted = ground.options
    interrupted.budget = ScanBudget()
    interrupted.budget.interrupt()
    for count in 0..<ground.rest.count {
      interrupted.resuming = Array(ground.rest.prefix(count))
      guard case .startedOver = Verification.run(ground.storage, interrupted).resumption else {
        Issue.record("\(count) bytes are gone on with")
        continue
      }
    }
    for count in contents.indices {
      let report = ground.resume(ForgedState.sealed(Array(contents.prefix(count))))
      guard case .startedOver = report.resumption, report.conclusions == plain.conclusions else {
        Issue.record("\(count) bytes: \(report.resumption), \(report.verdict)")
        continue
      }
    }
  }

  /// A flipped bit is noticed; with a right checksum it is noticed too, or what it says is read again.
  @Test func everyBit() throws {
    let ground = try logGround()
    let plain = ground.plain
    let contents = ForgedState(ground.rest).contents
    var interrupted = ground.options
    interrupted.budget = ScanBudget()
    interrupted.budget.interrupt()
    for bit in 0..<8 * ground.rest.count {
      var bytes = ground.rest
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      interrupted.resuming = bytes
      guard case .startedOver = Verification.run(ground.storage, interrupted).resumption else {
        Issue.record("bit \(bit) is not noticed")
        continue
      }
    }
    for bit in 0..<8 * contents.count {
      var bytes = contents
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let report = ground.resume(ForgedState.sealed(bytes))
      switch report.resumption {
      case .continued: #expect(report.conclusions == plain.conclusions, "bit \(bit)")
      // That the file was written to meanwhile cannot be told from the state: then it is judged as one in use.
      case .startedOver("the file changed while it was read"): continue
      case .startedOver: #expect(report.verdict.exitCode == plain.verdict.exitCode, "bit \(bit): \(report.verdict)")
      case .none: Issue.record("bit \(bit): the state is not looked at")
      }
    }
  }
}
