internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Sessions and their replies (rule R21).
extension ForkWriter {
  /// Writes the replies of the checkpoint's sessions; returns the table of sessions that names them.
  ///
  /// A reply that belongs to a later op of the log stands where it stood. One that is not there, and that executing the log makes
  /// again, gets a blank slot.
  mutating func writeReplies() throws(ForkError) -> [UInt8] {
    let records: [SessionRecord]
    do throws(CheckpointFault) {
      let parts = CheckpointReader(fork.storage, old).parts()
      guard let found = parts.sessions else {
        throw parts.faults.first ?? CheckpointFault(.sessions, .violates(.sessionRecord, address: 0))
      }
      records = found
    } catch { throw .checkpoint(error) }
    var table = [UInt8](repeating: 0, count: records.count * SessionRecord.byteCount)
    for (slot, record) in records.enumerated() {
      let record = fork.closedSessions.contains(slot) ? try close(record, slot) : try writeReply(of: record, slot)
      var elements = table.mutableSpan
      var bytes = unsafe elements.mutableBytes
      record.encode(into: &bytes, at: slot * SessionRecord.byteCount)
    }
    return table
  }

  private mutating func writeReply(of record: SessionRecord, _ slot: Int) throws(ForkError) -> SessionRecord {
    var record = record
    switch StoredReply.read(slot, of: record, from: fork.storage, old, into: messageBuffer) {
    case .current(let header, let body): record.replyChecksum = try write(header, body, slot)
    case .other(let header):
      // The next checkpoint's, or an older one that the log replaces; not one to an op that the new file does not have.
      if header.kind == .reply, header.op <= fork.head, let body = body(of: header, slot) {
        _ = try write(header, body, slot)
      }
      record.replyChecksum = renamed(record)
    default: record.replyChecksum = renamed(record)
    }
    return record
  }

  private func body(of header: ReplyHeader, _ slot: Int) -> [UInt8]? {
    let wanted = geometry.bytesOnDisk(size: Int(header.size))
    guard wanted <= messageBuffer.byteCount,
      let count = try? fork.storage.read(wanted, at: geometry.replyOffset(slot: slot), into: messageBuffer),
      count >= Int(header.size)
    else { return nil }
    let buffer = messageBuffer
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    return Checksum.of(body, as: .replyBody) == header.bodyChecksum ? [UInt8](copying: body) : nil
  }

  /// What a record of another cluster says of a reply that is not there. In the old cluster it stays what it is.
  private func renamed(_ record: SessionRecord) -> UInt128 {
    guard fork.cluster != old.cluster else { return record.replyChecksum }
    return record.replyHeader(cluster: fork.cluster, release: old.checkpoint.release, bodyChecksum: 0).checksum
  }

  /// Puts in a session's place one of a client that does not exist: the real client is told that its session is unknown, and
  /// never that its request was not executed. Places in the table stay what they are, since executing the log depends on them.
  private mutating func close(_ record: SessionRecord, _ slot: Int) throws(ForkError) -> SessionRecord {
    var record = record
    let seed = Array("closed \(record.client.hex) \(old.fileID.hex)".utf8)
    record.client = max(1, Checksum.of(seed.rawSpan, seed: 0))
    record.replySize = UInt32(ReplyHeader.byteCount)
    let header = record.replyHeader(
      cluster: fork.cluster, release: old.checkpoint.release, bodyChecksum: Checksum.ofNothing(as: .replyBody))
    record.replyChecksum = try write(header, [], slot)
    return record
  }

  private mutating func write(_ header: ReplyHeader, _ body: [UInt8], _ slot: Int) throws(ForkError) -> UInt128 {
    var header = header
    header.cluster = fork.cluster
    header.seal()
    let count = geometry.bytesOnDisk(size: Int(header.size))
    let buffer = messageBuffer
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body.rawSpan, at: ReplyHeader.byteCount)
    buffer.zero(Int(header.size)..<count)
    try write(buffer, count, at: geometry.replyOffset(slot: slot))
    return header.checksum
  }
}
