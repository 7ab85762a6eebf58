internal import MKraftFormat
internal import MKraftStorage

/// What the numbers of a state can be, given the file and how far the state says that it was read. A state with others was forged, or
/// its writer was wrong: going on from it would count what is not there, or add to numbers that have no room left.
struct ResumeLimits {
  private let ground: GridGround
  private let scope: VerificationScope
  private let isLive: Bool
  private let liveHead: UInt64?
  private let byteCount: UInt64
  /// All pieces but the blocks.
  private let plan: ScanPlan

  /// - Parameter state: bound to the file that `ground` is of.
  init(_ state: ResumeState.Decoded, _ ground: GridGround) {
    self.ground = ground
    scope = VerificationScope(rawValue: state.binding.scope)
    isLive = state.binding.isLive
    liveHead = state.liveHead
    byteCount = state.binding.byteCount
    plan = ScanPlan(
      ground.superblock, scope: scope, slotsPerPiece: JournalReader.batchLimit(ground.geometry), blocks: 1..<1)
  }

  private var geometry: Geometry { ground.geometry }

  func admits(_ contents: ResumeState.Contents) -> Bool {
    let progress = contents.progress
    guard isHeadPossible, isPossible(progress) else { return false }
    return isPossible(contents.log, progress) && isPossible(contents.logTally, of: logByteCount(progress))
      && isPossible(contents.gridTally, of: gridByteCount(progress)) && isPossible(contents.grid, progress)
  }

  /// A file in use is judged as of a head, any other is not.
  private var isHeadPossible: Bool {
    guard let liveHead else { return !isLive }
    return isLive && LiveHead.bounds(ground.superblock).contains(liveHead)
  }

  private func isPossible(_ progress: ScanProgress) -> Bool {
    let lastBlock = scope.contains(.grid) ? ground.blockCount : 0
    return progress.logPieces <= plan.logCount && progress.replyPieces <= plan.replyCount
      && progress.gapPieces <= plan.gaps.count && progress.nextBlock > 0 && progress.nextBlock - 1 <= lastBlock
  }

  // MARK: Log

  private func isPossible(_ record: LogRecord, _ progress: ScanProgress) -> Bool {
    let slots = logSlots(progress).reduce(0) { $0 + UInt64($1.count) }
    let settled = liveHead.map { $0 - min($0, ground.superblock.checkpoint.op) }
    return record.isOf(slots, settled: settled)
  }

  private func logSlots(_ progress: ScanProgress) -> [Range<Int>] {
    (0..<progress.logPieces).compactMap { index in
      guard case .log(_, let slots) = plan[index] else { return nil }
      return slots
    }
  }

  /// Every slot of both rings counts whole, as far as the file reaches.
  private func logByteCount(_ progress: ScanProgress) -> UInt64 {
    logSlots(progress).reduce(0) { sum, slots in
      let header = geometry.headerOffset(slot: slots.lowerBound)
      let prepare = geometry.prepareOffset(slot: slots.lowerBound)
      let headers = present(header..<header + UInt64(slots.count * PrepareHeader.byteCount))
      return sum + headers + present(prepare..<prepare + UInt64(slots.count) * UInt64(geometry.messageSize))
    }
  }

  // MARK: Grid

  /// Every block counts whole, as far as the file reaches.
  private func gridByteCount(_ progress: ScanProgress) -> UInt64 {
    guard progress.nextBlock > 1 else { return 0 }
    return present(ground.range(of: 1).lowerBound..<ground.range(of: progress.nextBlock - 1).upperBound)
  }

  private func isPossible(_ grid: GridIntake, _ progress: ScanProgress) -> Bool {
    hasPossibleCounts(grid, progress) && hasPossibleLists(grid, progress)
  }

  /// Every block that counts is one that something refers to, and counts once; leaves hold no more than they have room for. None of the products is more than the bytes of a grid.
  private func hasPossibleCounts(_ grid: GridIntake, _ progress: ScanProgress) -> Bool {
    let space = UInt64(TreeNode.space(blockSize: Int(geometry.blockSize)))
    let pairsMax = space / UInt64(TreeNode.entrySpace(keySize: 0, payloadSize: 0))
    let valuesMax = space / UInt64(BlockReference.byteCount)
    // Each of them by itself first, so that no sum or product overflows.
    guard grid.innerCount <= ground.blockCount, grid.leafCount < progress.nextBlock,
      grid.valueCount <= ground.blockCount,
      grid.innerCount + grid.leafCount + grid.valueCount <= grid.reachable.count
    else { return false }
    return grid.pairCount <= grid.leafCount * pairsMax && grid.valueCount <= grid.leafCount * valuesMax
  }

  /// As many are listed as are counted, up to a limit, and each lies where it can.
  private func hasPossibleLists(_ grid: GridIntake, _ progress: ScanProgress) -> Bool {
    guard grid.faults.count == min(grid.faultCount, GridIntake.listMax),
      grid.damaged.count == min(grid.damagedCount, GridIntake.listMax),
      UInt64(grid.damagedCount) < progress.nextBlock
    else { return false }
    let referred = grid.faults.allSatisfy { found in
      guard case .block(let fault) = found.fault else { return true }
      return ground.hasBlock(fault.address)
    }
    // Blocks are read by address, each once.
    let addresses = grid.damaged.map(\.address)
    let isInOrder = zip(addresses, addresses.dropFirst()).allSatisfy { $0 < $1 }
    let isRead = addresses.allSatisfy { $0 > 0 && $0 < progress.nextBlock }
    var isOfTree = true
    grid.reachable.forEachAddress { isOfTree = isOfTree && ground.mayBelongToTree($0) }
    return referred && isInOrder && isRead && isOfTree
  }

  // MARK: Tallies

  /// - Parameter total: bytes of what was read.
  private func isPossible(_ tally: ScanTally, of total: UInt64) -> Bool {
    guard tally.bytes.total == total, tally.unreadable.count <= ScanTally.rangesMax,
      tally.unsteady.count <= ScanTally.rangesMax
    else { return false }
    // Beyond the limit ranges are counted and not listed.
    var left = tally.bytes.unreadable
    for range in tally.unreadable {
      guard isInside(range), range.upperBound - range.lowerBound <= left else { return false }
      left -= range.upperBound - range.lowerBound
    }
    return tally.unsteady.allSatisfy(isInside)
  }

  private func isInside(_ range: Range<UInt64>) -> Bool { !range.isEmpty && range.upperBound <= byteCount }

  private func present(_ range: Range<UInt64>) -> UInt64 { UInt64(range.clamped(to: 0..<byteCount).count) }
}
