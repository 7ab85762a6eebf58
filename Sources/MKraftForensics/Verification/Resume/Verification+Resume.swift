internal import MKraftFormat
internal import MKraftStorage

/// Going on where an earlier verification ended.
///
/// What it had read counts only as far as the same stands there now. So the log is gone on with if the headers of all slots are the
/// same, and the grid if its checkpoint is; what was found damaged is looked at again, and what was mended since makes its part of the
/// file begin anew. Replies and gaps are read again each time: there are few of them.
extension Verification {
  /// Whether bytes are of a kind with `VerificationReport.rest`, of whatever release, damaged or not.
  public static func isRest(_ bytes: [UInt8]) -> Bool { ResumeState.isState(bytes) }

  /// What an earlier verification left, if it is of this file as it is now.
  mutating func resume(_ bytes: [UInt8], _ look: SuperblockLook, _ ground: GridGround) -> Subject? {
    guard let state = ResumeState.decode(bytes) else {
      resumption = .startedOver("it is none of this release, or damaged")
      return nil
    }
    if let difference = binding(ground.superblock).difference(from: state.binding) {
      resumption = .startedOver(difference)
      return nil
    }
    guard let contents = ResumeState.contents(of: state, ground) else {
      resumption = .startedOver("it is damaged")
      return nil
    }
    var changed: [String] = []
    let (intake, liveHead) = resumeLog(contents, state.liveHead, ground.superblock, look.decision)
    let (grid, window) = resumeGrid(contents, ground)
    var results = ScanWork.Results(
      tallies: PartTallies(byteCount: byteCount),
      intake: intake ?? LogIntake(ground.superblock, look.decision, liveHead: liveHead),
      grid: grid.intake, sawChange: contents.sawChange)
    if intake != nil {
      results.tallies[.log] = contents.logTally
      results.progress.logPieces = contents.progress.logPieces
    } else {
      changed.append("wal: entries were written to it since, or what was found in it does not stand there any more")
    }
    if grid.isKept {
      results.tallies[.grid] = contents.gridTally
      results.progress.nextBlock = contents.progress.nextBlock
    } else {
      changed.append("grid: what was found in it does not stand there any more")
    }
    readAgain(contents.progress, ground, &results)
    resumption = .continued(byteCount: results.tallies.byteCount, readAgain: changed)
    return Subject(
      look: look, superblock: ground.superblock, ground: ground, liveHead: liveHead, window: window, start: results)
  }

  /// What was taken in of the log, nil if it has to be read again; and the head that a file in use is judged as of.
  private func resumeLog(
    _ contents: ResumeState.Contents, _ liveHead: UInt64?, _ superblock: Superblock, _ opening: SuperblockDecision
  ) -> (LogIntake?, liveHead: UInt64?) {
    let intake = LogIntake(
      resuming: contents.log, pieces: contents.progress.logPieces, superblock, opening, liveHead: liveHead,
      storage)
    guard intake == nil, options.isLive else { return (intake, liveHead) }
    return (nil, LiveHead.find(storage, superblock))
  }

  /// What was put together of the grid, or nothing of it yet; and what is known of the leaves that are to be read.
  private func resumeGrid(
    _ contents: ResumeState.Contents, _ ground: GridGround
  ) -> (grid: (intake: GridIntake, isKept: Bool), LeafWindow) {
    let (window, walk) = window(ground, from: contents.progress.nextBlock)
    let isSameTree = contents.grid.innerCount == walk.innerCount || !options.scope.contains(.grid)
    // In a file in use what looks damaged is looked at again in the end, by whatever checkpoint is the newest then.
    if isSameTree, options.isLive || GridSuspects(storage, ground, contents.grid).allStand {
      return ((contents.grid, true), window)
    }
    let (first, whole) = self.window(ground, from: 1)
    return ((GridIntake(ground, whole), false), first)
  }

  /// Reads replies and gaps again, as far as they had been read; an interruption leaves the others to the scan.
  private func readAgain(_ done: ScanProgress, _ ground: GridGround, _ results: inout ScanWork.Results) {
    let geometry = ground.geometry
    let watched = WatchedStorage(storage)
    let buffer = buffers.take(geometry)
    defer { buffers.give(buffer) }
    let replies = ReplyReader(
      watched, ground.superblock, buffer, rereads: ScanWork.rereads(isLive: options.isLive))
    let gaps = GapReader(watched, geometry, buffer)
    let plan = ScanPlan(
      ground.superblock, scope: options.scope.intersection([.replies, .gaps]),
      slotsPerPiece: JournalReader.batchLimit(geometry), blocks: 1..<1)
    for index in 0..<plan.count where !options.budget.isInterrupted {
      let piece = plan[index]
      var tally = PieceTally()
      switch piece {
      case .replies(let slots):
        guard results.progress.replyPieces < done.replyPieces else { continue }
        let (sights, hasChanged) = replies.look(at: slots, &tally)
        results.replies += sights
        results.sawChange = results.sawChange || hasChanged
        results.progress.replyPieces += 1
      case .gap(let range):
        guard results.progress.gapPieces < done.gapPieces else { continue }
        gaps.verify(range, &tally)
        results.progress.gapPieces += 1
      case .log, .blocks: continue
      }
      results.tallies.add(tally, watched.takeFailures(unit: Int(geometry.ioUnit)), to: piece.part)
    }
  }

  /// What it takes to go on later; nil if too much is damaged to be remembered.
  func rest(_ results: ScanWork.Results, _ subject: Subject) -> [UInt8]? {
    guard !results.intake.record.isTooLarge else { return nil }
    let contents = ResumeState.Contents(
      progress: results.progress, sawChange: results.sawChange, logTally: results.tallies[.log],
      log: results.intake.record, gridTally: results.tallies[.grid], grid: results.grid)
    return ResumeState(binding: binding(subject.superblock), liveHead: subject.liveHead, contents: contents).encoded
  }

  private func binding(_ superblock: Superblock) -> ResumeState.Binding {
    ResumeState.Binding(
      fileID: superblock.fileID, superblock: superblock.checksum, sequence: superblock.sequence, byteCount: byteCount,
      scope: options.scope.rawValue, isLive: options.isLive, readMode: options.readMode)
  }
}
