internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Reading, in two sweeps over the file: what the log needs, then the rest; of a very large grid in several windows.
extension Verification {
  /// Reads some parts of the file, as far as the budget goes.
  func scan(
    _ subject: Subject, _ parts: VerificationScope, _ before: ScanWork.Results, report: (UInt64, UInt64) -> Void
  ) -> ScanWork.Results {
    let scope = options.scope.intersection(parts)
    let isOfGrid = scope.contains(.grid)
    var window = subject.window
    var results = scan(subject, scope, window, before, report)
    while isOfGrid, results.progress.nextBlock <= subject.ground.blockCount,
      results.progress.nextBlock > window.addresses.upperBound
    {
      window = self.window(subject.ground, from: results.progress.nextBlock).0
      results = scan(subject, .grid, window, results, report)
    }
    return results
  }

  private func scan(
    _ subject: Subject, _ scope: VerificationScope, _ window: LeafWindow, _ before: ScanWork.Results,
    _ report: (UInt64, UInt64) -> Void
  ) -> ScanWork.Results {
    let last = min(window.addresses.upperBound, subject.ground.blockCount)
    let plan = plan(subject, scope, before.progress, lastBlock: last)
    guard plan.count > 0 else { return before }
    let work = ScanWork(
      storage, subject.ground, plan, window, before, byteCount: byteCount, liveHead: subject.liveHead, options,
      buffers)
    let helpers = (1..<max(1, options.threadCount)).map { _ in WorkerThread { work.run { _ in } } }
    work.run { report($0, byteCount) }
    for helper in helpers { helper?.join() }
    return work.finish()
  }

  private func plan(
    _ subject: Subject, _ scope: VerificationScope, _ progress: ScanProgress, lastBlock: UInt64
  ) -> ScanPlan {
    let first = progress.nextBlock
    return ScanPlan(
      subject.superblock, scope: scope, slotsPerPiece: JournalReader.batchLimit(subject.superblock.geometry),
      blocks: first..<(scope.contains(.grid) ? max(first, lastBlock + 1) : first), from: progress)
  }

  /// What of the file was asked for and not reached.
  func remainder(_ subject: Subject, _ progress: ScanProgress) -> ScanPlan.Remainder {
    plan(subject, options.scope, progress, lastBlock: subject.ground.blockCount).remainder
  }

  /// Counts what no piece has counted.
  mutating func accountForRest(_ superblock: Superblock, _ rest: ScanPlan.Remainder) {
    let geometry = superblock.geometry
    for copy in 0..<Superblock.copyCount {
      let start = geometry.offset(of: .superblock(copy))
      let range = start..<start + UInt64(Superblock.byteCount)
      tally.probe(range, of: storage, unit: Int(min(geometry.ioUnit, UInt32(Superblock.byteCount))))
    }
    func leaveOut(_ part: VerificationScope, _ zones: [Zone]) {
      guard !options.scope.contains(part) else { return }
      for zone in zones {
        let start = geometry.offset(of: zone)
        tally.skip(start..<start + geometry.byteCount(of: zone), .outOfScope)
      }
    }
    leaveOut(.wal, [.walHeaders, .walPrepares])
    leaveOut(.replies, [.replies])
    if !options.scope.contains(.gaps) { for gap in ScanPlan.gaps(geometry) { tally.skip(gap, .outOfScope) } }
    let grid = geometry.offset(of: .grid)
    let end = max(grid, superblock.checkpoint.storageSize)
    if !options.scope.contains(.grid) { tally.skip(grid..<end, .outOfScope) }
    let reserved = max(end, geometry.fileSize(blockCount: geometry.blockCount(fileSize: byteCount)))
    tally.skip(end..<reserved, .reservedGrowth)
    tally.skip(reserved..<max(reserved, byteCount), .beyondData)
    for range in rest.ranges { tally.skip(range, .notReached) }
  }
}
