public import MKraftFormat

/// What stands in a session's reply slot.
public enum StoredReply: Sendable {
  /// The reply that the session's record names.
  case current(ReplyHeader, body: [UInt8])
  /// Another sound reply: of a later op, or of a session before.
  case other(ReplyHeader)
  /// No sound reply of this cluster.
  case damaged(HeaderDefect)
  /// The header is right, the body is not.
  case bodyMismatch(ReplyHeader)
  case unreadable(StorageError)
  case beyondEnd

  /// The reply to the latest op, of all that stand in the slots.
  public struct Newest: Sendable, Equatable {
    public let slot: Int
    public let op: UInt64

    /// Nil if no reply of the cluster stands in the slot.
    /// - Parameter header: of the slot; nil if it has no sound one.
    init?(_ header: ReplyHeader?, slot: Int, _ geometry: Geometry, cluster: UInt128) {
      guard let header, header.kind == .reply, header.cluster == cluster, header.size <= geometry.messageSize else {
        return nil
      }
      self.slot = slot
      op = header.op
    }
  }

  /// Looks at the header of every slot, whether a session has it or not; nil if no reply stands in any. Bodies are not read.
  ///
  /// A reply is written when its op was executed, and that only when its entry was durable (rules R12 and R21): the log has held that
  /// op. If its head is below, whoever put back superblock and log from an older state left the replies as they were.
  /// Whoever needs the replies of the sessions too gets both from `StoredReplies`.
  public static func newest(in storage: any Storage, _ geometry: Geometry, cluster: UInt128) -> Newest? {
    let buffer = IOBuffer(byteCount: Int(geometry.ioUnit))
    var newest: Newest?
    for slot in 0..<Int(geometry.sessions) {
      let header = header(of: slot, in: storage, geometry, into: buffer)
      if let seen = Newest(header, slot: slot, geometry, cluster: cluster), seen.op > newest?.op ?? 0 { newest = seen }
    }
    return newest
  }

  /// The header of slot `slot`, whosever it is; nil if it has no sound one, or cannot be read. Reads one unit.
  /// - Parameter buffer: of an I/O unit at least.
  static func header(
    of slot: Int, in storage: any Storage, _ geometry: Geometry, into buffer: IOBuffer
  ) -> ReplyHeader? {
    let count = try? storage.read(Int(geometry.ioUnit), at: geometry.replyOffset(slot: slot), into: buffer)
    guard let count, count >= ReplyHeader.byteCount else { return nil }
    return try? ReplyHeader(decoding: buffer.bytes)
  }

  /// Reads slot `slot` as far as its reply reaches.
  /// - Parameter buffer: of message_size bytes.
  public static func read(
    _ slot: Int, of record: SessionRecord, from storage: any Storage, _ superblock: Superblock, into buffer: IOBuffer
  ) -> StoredReply {
    look(slot, of: record, from: storage, superblock, into: buffer).reply
  }

  /// As `read`, and the header that stands there, whosever it is; nil if there is no sound one.
  static func look(
    _ slot: Int, of record: SessionRecord, from storage: any Storage, _ superblock: Superblock, into buffer: IOBuffer
  ) -> (reply: StoredReply, header: ReplyHeader?) {
    let geometry = superblock.geometry
    let wanted = geometry.bytesOnDisk(size: Int(record.replySize))
    let count: Int
    do throws(StorageError) {
      count = try storage.read(wanted, at: geometry.replyOffset(slot: slot), into: buffer)
    } catch {
      // The bad sector may be one of the body.
      let isHeaderAlone = wanted <= Int(geometry.ioUnit)
      return (.unreadable(error), isHeaderAlone ? nil : self.header(of: slot, in: storage, geometry, into: buffer))
    }
    guard count >= ReplyHeader.byteCount else { return (.beyondEnd, nil) }
    let header: ReplyHeader
    do throws(HeaderDefect) {
      header = try ReplyHeader(decoding: buffer.bytes)
    } catch { return (.damaged(error), nil) }
    return (judge(header, of: record, buffer, count, superblock), header)
  }

  /// What a sound header and what follows it are to the session that has the slot.
  /// - Parameter count: bytes that were read.
  private static func judge(
    _ header: ReplyHeader, of record: SessionRecord, _ buffer: IOBuffer, _ count: Int, _ superblock: Superblock
  ) -> StoredReply {
    guard header.cluster == superblock.cluster else { return .damaged(.violates(.headerCluster)) }
    guard header.checksum == record.replyChecksum else { return .other(header) }
    guard record.names(header) else { return .damaged(.violates(.replySession)) }
    guard Int(header.size) <= count else { return .beyondEnd }
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    guard Checksum.of(body, as: .replyBody) == header.bodyChecksum else { return .bodyMismatch(header) }
    return .current(header, body: [UInt8](copying: body))
  }
}
