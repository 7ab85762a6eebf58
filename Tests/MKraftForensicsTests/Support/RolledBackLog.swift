import MKraftFormat
import MKraftStorage

/// A file whose superblock and rings were put back from a state before its last checkpoint; replies and blocks are of a later one.
struct RolledBackLog {
  let storage: MemoryStorage
  /// All of the older state, and all of the later one.
  let older: MemoryStorage
  let newer: MemoryStorage
  /// The last op of the older state, at which nobody had stopped the replica.
  let head: UInt64
  /// What had been acknowledged by then.
  let pairs: [[UInt8]: [UInt8]]
  /// The reply to the latest op.
  let newest: StoredReply.Newest

  /// - Parameter slots: of replies that are put back as well.
  init(withReplies slots: Range<Int> = 0..<0) throws {
    let geometry = GridRun.geometry
    let run = try GridRun()
    try run.run(checkpoints: 2, more: 3)
    older = run.storage.snapshot()
    pairs = run.pairs
    head = run.checkpointOp + 3
    // Blocks that the older checkpoint uses are not used again before the one after the next.
    try run.run(checkpoints: 3)
    run.stop()
    newer = run.storage.snapshot()
    storage = newer.snapshot()
    var ranges = Zone.allCases.filter { $0 != .replies && $0 != .grid }.map { zone in
      geometry.offset(of: zone)..<geometry.offset(of: zone) + geometry.byteCount(of: zone)
    }
    for slot in slots {
      ranges.append(geometry.replyOffset(slot: slot)..<geometry.replyOffset(slot: slot) + UInt64(geometry.messageSize))
    }
    for range in ranges { storage.replace(at: range.lowerBound, with: try GridMap.bytes(older, range)) }
    guard let newest = StoredReply.newest(in: storage, geometry, cluster: GridRun.cluster) else {
      preconditionFailure("replies were written")
    }
    self.newest = newest
  }
}
