internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Replies and grid.
extension DrillDraft {
  // MARK: Replies

  mutating func damageReply(_ scenario: DrillScenario) throws(DrillNotApplicable) {
    let (slot, record) = try neededReply()
    let start = geometry.replyOffset(slot: slot)
    let bodyStart = start + UInt64(ReplyHeader.byteCount)
    switch scenario {
    case .replyRotten:
      let end = start + UInt64(record.replySize)
      guard bodyStart < end else { throw DrillNotApplicable("the reply that the checkpoint needs has no body") }
      say("a bit flipped in the body of the reply in slot \(slot), of op \(record.op)")
      try flip(bodyStart..<end)
    case .replyHeaderRotten:
      say("garbage in the header of the reply in slot \(slot), of op \(record.op)")
      garbage(start..<bodyStart)
    default: preconditionFailure("a damage to a reply")
    }
  }

  /// A reply of the checkpoint that no entry above it replaces; with a body if one has.
  private func neededReply() throws(DrillNotApplicable) -> (slot: Int, record: SessionRecord) {
    guard let sessions = file.ground.parts.sessions, !sessions.isEmpty else {
      throw DrillNotApplicable("the checkpoint has no client session")
    }
    let headers = LogHeaders(file.base, file.superblock, head: file.head)
    let forecast = ReplyForecast(file.superblock, sessions, entry: headers.header)
    let needed = sessions.enumerated().filter { !forecast.remakes($0.offset, of: $0.element) }
    let withBody = needed.first { $0.element.replySize > UInt32(ReplyHeader.byteCount) }
    guard let found = withBody ?? needed.first else {
      throw DrillNotApplicable("the log above the checkpoint makes every reply again")
    }
    return (found.offset, found.element)
  }

  // MARK: Grid

  mutating func damageGrid(_ scenario: DrillScenario) throws(DrillNotApplicable) {
    let state = file.superblock.checkpoint
    guard state.op > 0, state.sessions.address > 0 else { throw DrillNotApplicable("there is no checkpoint yet") }
    switch scenario {
    case .sessionsRotten:
      say("a bit flipped in block \(state.sessions.address), the table of sessions")
      try flipContents(state.sessions.address)
    case .rootRotten:
      guard state.treeHeight > 0 else { throw DrillDraft.treeEmpty }
      say("a bit flipped in block \(state.treeRoot.address), the root of the tree")
      try flipContents(state.treeRoot.address)
    case .leafRotten:
      let leaf = try leaves()[0]
      say("a bit flipped in block \(leaf), a leaf of the tree")
      try flipContents(leaf)
    case .blockHeaderRotten:
      let leaf = try leaves()[0]
      say("garbage in the reserved bytes of the header of block \(leaf), a leaf of the tree")
      let start = geometry.blockOffset(address: leaf)
      garbage(
        start + UInt64(BlockHeader.Layout.reserved.lowerBound)..<start + UInt64(BlockHeader.Layout.reserved.upperBound))
    case .blockMisdirected:
      let leaves = try leaves()
      guard leaves.count > 1 else { throw DrillNotApplicable("the tree has only one leaf") }
      say("block \(leaves[1]) written into the place of block \(leaves[0]); both are leaves of the tree")
      write(try file.bytes(file.ground.range(of: leaves[1])), at: geometry.blockOffset(address: leaves[0]))
    case .fileTruncated: try truncate()
    case .gridGone:
      say("zeros in all \(file.ground.blockCount) blocks of the grid")
      zero(geometry.offset(of: .grid)..<state.storageSize)
    default: preconditionFailure("a damage to the grid")
    }
  }

  private static let treeEmpty = DrillNotApplicable("the state is empty: there is no tree")

  /// Cut in the middle of the grid, so that blocks in use are lost with the end: the last block is always one.
  private mutating func truncate() throws(DrillNotApplicable) {
    let keep = file.ground.blockCount / 2
    let size = geometry.fileSize(blockCount: keep)
    say("cut off at byte \(size), after \(keep) of \(file.ground.blockCount) blocks")
    cut(to: size)
  }

  private mutating func flipContents(_ address: UInt64) throws(DrillNotApplicable) {
    let start = geometry.blockOffset(address: address)
    let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
    guard (try? file.base.read(buffer.byteCount, at: start, into: buffer)) == buffer.byteCount,
      let header = try? BlockHeader(decoding: buffer.bytes), header.size > UInt32(BlockHeader.byteCount)
    else { throw DrillNotApplicable("block \(address) cannot be read") }
    try flip(start + UInt64(BlockHeader.byteCount)..<start + UInt64(header.size))
  }

  /// Two leaves of the tree, or its only one, at random. Memory is the same however many there are.
  private mutating func leaves() throws(DrillNotApplicable) -> [UInt64] {
    guard file.superblock.checkpoint.treeHeight > 0 else { throw DrillDraft.treeEmpty }
    var chosen: [UInt64] = []
    var count: UInt64 = 0
    var generator = generator
    var walk = TreeWalk(file.base, file.ground)
    walk.run { reference, _, _, _ in
      count += 1
      guard chosen.count == 2 else { return chosen.append(reference.address) }
      let place = UInt64.random(in: 0..<count, using: &generator)
      if place < 2 { chosen[Int(place)] = reference.address }
    }
    self.generator = generator
    guard walk.faultCount == 0, !chosen.isEmpty else { throw DrillNotApplicable("the tree cannot be read") }
    return chosen
  }
}
