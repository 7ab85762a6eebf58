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
  }

  /// Looks at the header of every slot, whether a session has it or not; nil if no reply stands in any. Bodies are not read.
  ///
  /// A reply is written when its op was executed, and that only when its entry was durable (rules R12 and R21): the log has held that
  /// op. If its head is below, whoever put back superblock and log from an older state left the replies as they were.
  public static func newest(in storage: any Storage, _ geometry: Geometry, cluster: UInt128) -> Newest? {
    let buffer = IOBuffer(byteCount: Int(geometry.ioUnit))
    var newest: Newest?
    for slot in 0..<Int(geometry.sessions) {
      let count = (try? storage.read(buffer.byteCount, at: geometry.replyOffset(slot: slot), into: buffer)) ?? 0
      guard count >= ReplyHeader.byteCount, let header = try? ReplyHeader(decoding: buffer.bytes),
        header.kind == .reply, header.cluster == cluster, header.size <= geometry.messageSize
      else { continue }
      if header.op > newest?.op ?? 0 { newest = Newest(slot: slot, op: header.op) }
    }
    return newest
  }

  /// Reads slot `slot` as far as its reply reaches.
  /// - Parameter buffer: of message_size bytes.
  public static func read(
    _ slot: Int, of record: SessionRecord, from storage: any Storage, _ superblock: Superblock, into buffer: IOBuffer
  ) -> StoredReply {
    let geometry = superblock.geometry
    let wanted = geometry.bytesOnDisk(size: Int(record.replySize))
    let count: Int
    do throws(StorageError) {
      count = try storage.read(wanted, at: geometry.replyOffset(slot: slot), into: buffer)
    } catch { return .unreadable(error) }
    guard count >= ReplyHeader.byteCount else { return .beyondEnd }
    let header: ReplyHeader
    do throws(HeaderDefect) {
      header = try ReplyHeader(decoding: buffer.bytes)
    } catch { return .damaged(error) }
    guard header.cluster == superblock.cluster else { return .damaged(.violates(.headerCluster)) }
    guard header.checksum == record.replyChecksum else { return .other(header) }
    guard record.names(header) else { return .damaged(.violates(.replySession)) }
    guard Int(header.size) <= count else { return .beyondEnd }
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    guard Checksum.of(body, as: .replyBody) == header.bodyChecksum else { return .bodyMismatch(header) }
    return .current(header, body: [UInt8](copying: body))
  }
}
