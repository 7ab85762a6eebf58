public import MKraftFormat
public import MKraftStorage

/// Which replies of a checkpoint's sessions are there, and which are lost (rule R21).
///
/// A reply slot is overwritten in place, before the superblock names the checkpoint that it belongs to. So a slot that does not hold
/// the reply of the checkpoint's table is sound if the log moves its session on, or gives the slot to another: executing
/// the log makes the reply again.
public struct ReplyRecovery {
  public let replies: [StoredReply]
  /// The reply to the latest op of all that stand in the slots, whether a session has it or not; nil if there is none.
  let newest: StoredReply.Newest?
  private let superblock: Superblock
  private let records: [SessionRecord]

  public init(_ storage: any Storage, _ superblock: Superblock, _ records: [SessionRecord]) {
    self.superblock = superblock
    self.records = records
    let stored = StoredReplies(storage, superblock, records)
    replies = stored.replies
    newest = stored.newest
  }

  /// The slots of replies that nothing can bring back here.
  /// - Parameter entry: the header of an op of the log; nil above its head.
  public func lost(_ entry: (UInt64) -> PrepareHeader?) -> [Int] {
    guard !missing.isEmpty else { return [] }
    let forecast = ReplyForecast(superblock, records, entry: entry)
    return missing.filter { !forecast.remakes($0, of: records[$0]) }
  }

  /// The slots that do not hold what the checkpoint's table says.
  public var missing: [Int] {
    replies.indices.filter { if case .current = replies[$0] { false } else { true } }
  }

  /// The sessions as the checkpoint has them; without a result where the reply is not there.
  var sessions: [Session] {
    zip(records, replies).map { record, reply in
      guard case .current(let header, let body) = reply else { return Session(record, release: 0, result: []) }
      return Session(record, release: header.release, result: body)
    }
  }
}
