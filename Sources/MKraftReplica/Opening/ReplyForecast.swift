public import MKraftFormat

/// What executing the log makes of a checkpoint's sessions (rule R21): which reply slots it fills anew, and which of those may
/// have been on their way to the disk already.
public struct ReplyForecast: Sendable {
  /// A session's last request, as its reply names it.
  public struct Answer: Sendable, Equatable {
    public let client: UInt128
    public let session: UInt64
    public let request: UInt64
    public let op: UInt64

    init(_ session: Session) {
      client = session.client
      self.session = session.number
      request = session.request
      op = session.op
    }

    public init(_ header: ReplyHeader) {
      client = header.client
      session = header.session
      request = header.request
      op = header.op
    }
  }

  /// What each slot is to hold at the log's end.
  public let atEnd: [Answer]
  /// What each slot is to hold at the next checkpoint's op; nil if the log does not reach it.
  public let atNextCheckpoint: [Answer]?

  /// - Parameter entry: the header of an op of the log; nil above its head.
  public init(_ superblock: Superblock, _ records: [SessionRecord], entry: (UInt64) -> PrepareHeader?) {
    var table = SessionTable(
      limit: Int(superblock.geometry.sessions), records.map { Session($0, release: 0, result: []) })
    let next = superblock.checkpoint.op + UInt64(superblock.geometry.checkpointInterval)
    var atNext: [Answer]?
    var op = superblock.checkpoint.op + 1
    while let header = entry(op) {
      table.note(header)
      if op == next { atNext = table.sessions.map(Answer.init) }
      op += 1
    }
    atEnd = table.sessions.map(Answer.init)
    atNextCheckpoint = atNext
  }

  /// Whether the log fills the slot with another reply than the checkpoint's.
  public func remakes(_ slot: Int, of record: SessionRecord?) -> Bool {
    atEnd.indices.contains(slot) && atEnd[slot].op != record?.op
  }

  /// The reply that the next checkpoint puts into the slot, if the log reaches that checkpoint and the slot's reply is a new one
  /// then: it may stand there already, whole or torn.
  public func next(_ slot: Int, of record: SessionRecord?) -> Answer? {
    guard let atNextCheckpoint, atNextCheckpoint.indices.contains(slot) else { return nil }
    let answer = atNextCheckpoint[slot]
    return answer.op == record?.op ? nil : answer
  }
}
