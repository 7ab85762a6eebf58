internal import MKraftFormat
internal import MKraftStorage

extension DrillDraft {
  mutating func damageLog(_ scenario: DrillScenario) throws(DrillNotApplicable) {
    switch scenario {
    case .headerRotten:
      let header = try inner()
      say("a bit flipped in the header of op \(header.op) in the header ring")
      try flip(headerRange(header.op))
    case .headerRingGone:
      say("zeros in all \(geometry.slotCount) headers of the header ring")
      let start = geometry.offset(of: .walHeaders)
      zero(start..<start + geometry.byteCount(of: .walHeaders))
    case .prepareTorn: try tear()
    case .prepareRotten:
      let header = try inner(withBody: true)
      say("a bit flipped in the body of op \(header.op)")
      let start = prepareOffset(header.op)
      try flip(start + UInt64(PrepareHeader.byteCount)..<start + UInt64(header.size))
    case .prepareHeaderRotten:
      let header = try inner()
      say("a bit flipped in the header of op \(header.op) in the prepare ring")
      try flip(prepareOffset(header.op)..<prepareOffset(header.op) + UInt64(PrepareHeader.byteCount))
    case .prepareRottenBelowCheckpoint: try rotBelowCheckpoint()
    case .prepareMisdirected: try misdirect()
    case .entryRotten:
      let header = try inner()
      say("garbage in both rings at op \(header.op)")
      loseEntry(header)
    case .headRotten:
      guard file.head > file.superblock.checkpoint.op else { throw DrillDraft.logTooShort }
      say("garbage in both rings at op \(file.head), the last one")
      loseEntry(file.journal.head)
    default: preconditionFailure("a damage to the log")
    }
  }

  private static let logTooShort = DrillNotApplicable("the log has too few entries above the checkpoint")

  // MARK: Entries

  private func headerRange(_ op: UInt64) -> Range<UInt64> {
    let start = geometry.headerOffset(slot: geometry.slot(of: op))
    return start..<start + UInt64(PrepareHeader.byteCount)
  }

  private func prepareOffset(_ op: UInt64) -> UInt64 { geometry.prepareOffset(slot: geometry.slot(of: op)) }

  /// The header of an entry of the log.
  func entry(of op: UInt64) throws(DrillNotApplicable) -> PrepareHeader {
    let headers = LogHeaders(file.base, file.superblock, head: file.head)
    guard let header = headers.header(of: op), header.op == op else {
      throw DrillNotApplicable("op \(op) is no longer in the log")
    }
    return header
  }

  /// An entry above the checkpoint with another after it, so that the log is known to go on.
  private mutating func inner(withBody: Bool = false) throws(DrillNotApplicable) -> PrepareHeader {
    let first = file.superblock.checkpoint.op + 1
    guard first < file.head else { throw DrillDraft.logTooShort }
    let ops = first..<file.head
    let start = random(ops)
    for op in Array(start..<ops.upperBound) + Array(ops.lowerBound..<start) {
      let header = try entry(of: op)
      if !withBody || header.bodyByteCount > 0 { return header }
    }
    throw DrillNotApplicable("no entry above the checkpoint has a body")
  }

  private mutating func loseEntry(_ header: PrepareHeader) {
    garbage(headerRange(header.op))
    let start = prepareOffset(header.op)
    garbage(start..<start + UInt64(geometry.bytesOnDisk(size: Int(header.size))))
  }

  // MARK: Writes that went wrong

  /// The first atom of the entry that would have come next; the rest of its place is as it was.
  private mutating func tear() throws(DrillNotApplicable) {
    let (head, superblock) = (file.journal.head, file.superblock)
    let op = head.op + 1
    guard op <= geometry.lastOp(after: superblock.checkpoint.op), let checkpointID = CheckpointIDs(superblock)[op]
    else { throw DrillNotApplicable("the ring is full: nothing is written before the next checkpoint") }
    let body = (0..<1024).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var header = PrepareHeader()
    header.cluster = superblock.cluster
    header.parent = head.checksum
    header.checkpointID = checkpointID
    header.client = 1
    header.term = head.term
    header.op = op
    header.commit = head.commit
    header.timestamp = head.timestamp + 1
    (header.session, header.request) = (1, 1)
    header.size = UInt32(PrepareHeader.byteCount + body.count)
    header.release = head.release
    header.operation = Operation.keyValue.rawValue
    header.replica = superblock.replica
    header.bodyChecksum = Checksum.of(body.rawSpan, as: .prepareBody)
    header.seal()
    say("the first 512 bytes of op \(op), which nobody acknowledged")
    write(header.image + body.prefix(512 - PrepareHeader.byteCount), at: prepareOffset(op))
  }

  /// In an entry whose slot the log comes to last, so that no crash can be taken for the cause.
  private mutating func rotBelowCheckpoint() throws(DrillNotApplicable) {
    let next = file.head + UInt64(geometry.pipeline) + 1
    let lowest = next > UInt64(geometry.slotCount) ? next - UInt64(geometry.slotCount) : 1
    let checkpoint = file.superblock.checkpoint.op
    guard lowest <= checkpoint else { throw DrillNotApplicable("no entry below the checkpoint is left in the ring") }
    let op = random(lowest..<checkpoint + 1)
    let size = try entry(of: op).size
    say("a bit flipped in op \(op), which the checkpoint at op \(checkpoint) holds")
    try flip(prepareOffset(op)..<prepareOffset(op) + UInt64(size))
  }

  private mutating func misdirect() throws(DrillNotApplicable) {
    let lost = try inner()
    let other = try entry(of: lost.op + 1)
    let from = prepareOffset(other.op)
    let bytes = try file.bytes(from..<from + UInt64(geometry.bytesOnDisk(size: Int(other.size))))
    say("op \(other.op) written into the slot of op \(lost.op)")
    write(bytes, at: prepareOffset(lost.op))
  }
}

extension PrepareHeader {
  /// Its 256 bytes.
  fileprivate var image: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: PrepareHeader.byteCount)
    var elements = bytes.mutableSpan
    var span = unsafe elements.mutableBytes
    encode(into: &span)
    return bytes
  }
}
