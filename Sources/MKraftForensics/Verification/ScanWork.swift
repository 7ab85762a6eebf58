internal import Glibc
internal import MKraftFormat
internal import MKraftStorage
internal import Synchronization

/// The verification of a file whose superblock is known, shared by the threads that do it: each takes the next piece until none
/// is left. A thread holds one huge page; results are put together under a lock, a piece at a time.
final class ScanWork: Sendable {
  /// Times an item is read again before it is called damaged, on a file in use; otherwise once, to find out that it is.
  static let rereadsMax = 3
  /// Microseconds that a thread waits when it is too far ahead of the others.
  private static let patience: UInt32 = 50

  struct Results: Sendable {
    var tallies: PartTallies
    var intake: LogIntake
    var replies: [ReplySight] = []
    var grid: GridIntake
    var progress = ScanProgress()
    /// An item read differently the second time: something writes to the file.
    var sawChange = false
  }

  let storage: any Storage
  let superblock: Superblock
  let plan: ScanPlan
  let byteCount: UInt64
  private let ground: GridGround
  /// What is known of the leaves among the plan's blocks.
  private let window: LeafWindow
  private let runRules: EntryRunRules
  private let isLive: Bool
  private let budget: ScanBudget
  private let buffers: ScanBuffers
  private let next = Atomic<Int>(0)
  private let results: Mutex<Results>

  /// - Parameter results: what was found before, in other parts of the file.
  init(
    _ storage: any Storage, _ ground: GridGround, _ plan: ScanPlan, _ window: LeafWindow, _ results: Results,
    byteCount: UInt64, liveHead: UInt64?, _ options: Verification.Options, _ buffers: ScanBuffers
  ) {
    self.storage = storage
    superblock = ground.superblock
    self.plan = plan
    self.byteCount = byteCount
    isLive = options.isLive
    budget = options.budget
    self.buffers = buffers
    self.ground = ground
    self.window = window
    runRules = ScanWork.runRules(ground.superblock, byteCount: byteCount, liveHead: liveHead)
    var results = results
    results.grid.beginScan()
    self.results = Mutex(results)
  }

  /// In a file that ends within the rings every slot counts by itself, as far as it is there.
  private static func runRules(_ superblock: Superblock, byteCount: UInt64, liveHead: UInt64?) -> EntryRunRules {
    let zone = superblock.geometry.offset(of: .walPrepares)
    let isWhole = byteCount >= zone + superblock.geometry.byteCount(of: .walPrepares)
    return EntryRunRules(superblock, upTo: isWhole ? liveHead ?? .max : 0)
  }

  /// Takes pieces until none is left. `progress` gets the bytes that all threads have accounted for.
  func run(progress: (UInt64) -> Void) {
    let watched = WatchedStorage(storage)
    // One for all kinds of pieces: a piece is finished before the next is begun.
    let buffer = buffers.take(superblock.geometry)
    defer { buffers.give(buffer) }
    let reader = JournalReader(watched, geometry: superblock.geometry, cluster: superblock.cluster, buffer: buffer)
    let replies = ReplyReader(watched, superblock, buffer, rereads: rereads)
    let gaps = GapReader(watched, superblock.geometry, buffer)
    let blocks = BlockReader(watched, ground, buffer, rereads: rereads)
    while let index = take() {
      let piece = plan[index]
      var tally = PieceTally()
      switch piece {
      case .log(let sequence, let slots): verifyLog(slots, sequence: sequence, reader, &tally)
      case .replies(let slots): verifyReplies(slots, replies, &tally)
      case .gap(let range): gaps.verify(range, &tally)
      case .blocks(let sequence, let addresses): verifyBlocks(addresses, sequence: sequence, blocks, &tally)
      }
      let failures = watched.takeFailures(unit: Int(superblock.geometry.ioUnit))
      progress(
        results.withLock { results in
          results.tallies.add(tally, failures, to: piece.part)
          return results.tallies.byteCount
        })
    }
  }

  /// The next piece; nil if none is left, or none may be begun. Every piece that is taken is finished.
  private func take() -> Int? {
    guard next.load(ordering: .relaxed) < plan.count, budget.admitsPiece() else { return nil }
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < plan.count ? index : nil
  }

  /// To be asked when all threads are through.
  func finish() -> Results {
    results.withLock { results in
      results.progress = plan.progress(after: min(next.load(ordering: .relaxed), plan.count))
      return results
    }
  }

  /// The thread that has the earliest piece never waits.
  private func waitWhile(_ isTooEarly: (Results) -> Bool) {
    while results.withLock({ isTooEarly($0) }) { usleep(ScanWork.patience) }
  }

  private var rereads: Int { ScanWork.rereads(isLive: isLive) }

  /// Times that what looks damaged is read again.
  static func rereads(isLive: Bool) -> Int { isLive ? rereadsMax : 1 }

  // MARK: Replies and blocks

  private func verifyReplies(_ slots: Range<Int>, _ reader: ReplyReader, _ tally: inout PieceTally) {
    let (sights, hasChanged) = reader.look(at: slots, &tally)
    results.withLock { results in
      results.replies += sights
      results.sawChange = results.sawChange || hasChanged
    }
  }

  private func verifyBlocks(
    _ addresses: Range<UInt64>, sequence: Int, _ reader: BlockReader, _ tally: inout PieceTally
  ) {
    waitWhile { $0.grid.isFull(sequence) }
    let notes = reader.verify(addresses, window, &tally)
    results.withLock { results in
      results.grid.take(notes, sequence: sequence)
      results.sawChange = results.sawChange || notes.hasChanged
    }
  }

  // MARK: Log

  private func verifyLog(_ slots: Range<Int>, sequence: Int, _ reader: JournalReader, _ tally: inout PieceTally) {
    waitWhile { $0.intake.isFull(sequence) }
    var parts = reader.parts(of: slots, from: op(of: slots.lowerBound), runRules)
    var changed = false
    for index in parts.indices {
      switch parts[index] {
      case .run(let run): account(run, &tally)
      case .slot(let seen):
        let better = seen.isWorthRereading ? reread(seen.slot, reader) : nil
        if let better {
          parts[index] = .slot(better)
          changed = true
        }
        account(better ?? seen, &tally)
      }
    }
    results.withLock { results in
      results.intake.take(parts, sequence: sequence)
      results.sawChange = results.sawChange || changed
    }
  }

  /// The op that `slot` is expected to hold.
  private func op(of slot: Int) -> UInt64 {
    let first = superblock.checkpoint.op + 1
    let distance = slot - superblock.geometry.slot(of: first)
    return first + UInt64(distance < 0 ? distance + Int(superblock.geometry.slotCount) : distance)
  }

  /// The slot's evidence if it is good at a later look; nil if it stays as it is.
  private func reread(_ slot: Int, _ reader: JournalReader) -> SlotEvidence? {
    for _ in 0..<rereads {
      let again = reader.evidence(of: slot..<slot + 1)[0]
      if !again.isWorthRereading { return again }
    }
    return nil
  }

  private func account(_ run: EntryRun, _ tally: inout PieceTally) {
    let geometry = superblock.geometry
    let headerAt = geometry.headerOffset(slot: run.slots.lowerBound)
    tally.check(headerAt..<headerAt + UInt64(run.slots.count * PrepareHeader.byteCount))
    let start = geometry.prepareOffset(slot: run.slots.lowerBound)
    tally.check(start..<start + run.entryBytes)
    let end = start + UInt64(run.slots.count) * UInt64(geometry.messageSize)
    tally.skip(start + run.entryBytes..<end, .slotRemainder)
  }

  private func account(_ slot: SlotEvidence, _ tally: inout PieceTally) {
    let geometry = superblock.geometry
    let headerAt = geometry.headerOffset(slot: slot.slot)
    let header = headerAt..<headerAt + UInt64(PrepareHeader.byteCount)
    tally.check(header)
    let start = geometry.prepareOffset(slot: slot.slot)
    let end = start + UInt64(geometry.messageSize)
    let used: Int
    switch slot.prepare {
    case .valid(let header), .bodyMismatch(let header): used = Int(header.size)
    case .damaged, .beyondEnd: used = PrepareHeader.byteCount
    case .unreadable(let error):
      // As much as was asked for; what of it can be read counts as looked at.
      let asked = min(end, max(start + UInt64(geometry.ioUnit), (error.offset ?? 0) + (error.count ?? 0)))
      tally.check(start..<asked)
      tally.skip(asked..<end, .slotRemainder)
      return
    }
    tally.check(start..<start + UInt64(used))
    tally.skip(start + UInt64(used)..<end, .slotRemainder)
  }
}

extension SlotEvidence {
  /// Whether something else might be read the next time. What the device refuses is not asked for again: it costs seconds.
  var isWorthRereading: Bool {
    switch header {
    case .damaged: return true
    case .valid, .unreadable, .beyondEnd: break
    }
    switch prepare {
    case .damaged, .bodyMismatch: return true
    case .valid, .unreadable, .beyondEnd: return false
    }
  }
}
