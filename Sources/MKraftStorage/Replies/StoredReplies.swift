public import MKraftFormat

/// What stands in all reply slots, read in one pass. Memory: the bodies of the sessions' replies, which a replica keeps anyway.
public struct StoredReplies: Sendable {
  /// Of the sessions' slots, in order.
  public let replies: [StoredReply]
  /// As `StoredReply.newest` finds it.
  public let newest: StoredReply.Newest?

  /// - Parameter records: of the sessions; slots that none has are read as far as their headers.
  public init(_ storage: any Storage, _ superblock: Superblock, _ records: [SessionRecord]) {
    let geometry = superblock.geometry
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    var replies: [StoredReply] = []
    replies.reserveCapacity(records.count)
    var newest: StoredReply.Newest?
    for slot in 0..<max(records.count, Int(geometry.sessions)) {
      let header: ReplyHeader?
      if slot < records.count {
        let seen = StoredReply.look(slot, of: records[slot], from: storage, superblock, into: buffer)
        replies.append(seen.reply)
        header = seen.header
      } else {
        header = StoredReply.header(of: slot, in: storage, geometry, into: buffer)
      }
      let found = StoredReply.Newest(header, slot: slot, geometry, cluster: superblock.cluster)
      if let found, found.op > newest?.op ?? 0 { newest = found }
    }
    self.replies = replies
    self.newest = newest
  }
}
