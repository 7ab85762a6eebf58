internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Sessions and their replies (rule R21).
extension ForkWriter {
  /// Writes the replies of the checkpoint's sessions; returns the table of sessions that names them.
  ///
  /// A slot whose reply executing the log makes again is blank, whatever stood there: another reply in it, though it be the log's, is
  /// read by nobody before.
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
    if case .current(let header, let body) = StoredReply.read(
      slot, of: record, from: fork.storage, old, into: messageBuffer)
    {
      record.replyChecksum = try write(header, body, slot)
    } else {
      record.replyChecksum = renamed(record)
    }
    return record
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
