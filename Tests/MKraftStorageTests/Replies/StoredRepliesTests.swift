import MKraftFormat
import MKraftStorage
import Testing

/// All reply slots in one pass say what each way of looking at them says by itself.
@Suite struct StoredRepliesTests {
  /// Slots of four units.
  private static let geometry = Geometry(
    slotCount: 64, messageSize: 16384, pipeline: 8, sessions: 6, blockSize: 16 << 10, gridBlocksMax: 64)

  private let superblock = SampleFile.superblock(geometry)
  private let storage = SampleFile.format(SampleFile.superblock(geometry))

  private func start(_ slot: Int) -> UInt64 { Self.geometry.replyOffset(slot: slot) }

  /// Writes the reply to `op`, and returns the record of the session that it is of.
  @discardableResult
  private func put(op: UInt64, slot: Int, bodySize: Int = 9000, cluster: UInt128 = SampleFile.cluster) -> SessionRecord
  {
    var record = SessionRecord()
    record.client = UInt128(slot) + 1
    record.session = 1
    record.request = 1
    record.op = op
    record.replySize = UInt32(ReplyHeader.byteCount + bodySize)
    let body = [UInt8](repeating: UInt8(truncatingIfNeeded: op), count: bodySize)
    let header = record.replyHeader(
      cluster: cluster, release: 1, bodyChecksum: Checksum.of(body.rawSpan, as: .replyBody))
    record.replyChecksum = header.checksum
    let buffer = IOBuffer(byteCount: Self.geometry.bytesOnDisk(size: Int(header.size)))
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.copy(from: body.rawSpan, at: ReplyHeader.byteCount)
    storage.replace(at: start(slot), with: buffer)
    return record
  }

  /// A session in each of the first four slots.
  private func putAll() -> [SessionRecord] { (0..<4).map { put(op: UInt64($0) + 10, slot: $0) } }

  private func name(_ reply: StoredReply) -> String {
    switch reply {
    case .current(let header, let body): "current \(header.op) \(body.count)"
    case .other(let header): "other \(header.op)"
    case .damaged: "damaged"
    case .bodyMismatch(let header): "body \(header.op)"
    case .unreadable: "unreadable"
    case .beyondEnd: "beyond"
    }
  }

  /// Reads them, compares with what is read otherwise, and says what was found.
  private func read(_ records: [SessionRecord]) -> (replies: [String], newest: StoredReply.Newest?) {
    let stored = StoredReplies(storage, superblock, records)
    let buffer = IOBuffer(byteCount: Int(Self.geometry.messageSize))
    let alone = records.indices.map { StoredReply.read($0, of: records[$0], from: storage, superblock, into: buffer) }
    #expect(stored.replies.map(name) == alone.map(name))
    #expect(stored.newest == StoredReply.newest(in: storage, Self.geometry, cluster: SampleFile.cluster))
    return (stored.replies.map(name), stored.newest)
  }

  @Test func soundReplies() {
    #expect(read([]).newest == nil)
    let records = putAll()
    let found = read(records)
    #expect(found.replies == (10...13).map { "current \($0) 9000" })
    #expect(found.newest?.slot == 3 && found.newest?.op == 13)
  }

  /// A slot that no session of the checkpoint has.
  @Test func theNewestIsNobodys() {
    let records = putAll()
    put(op: 20, slot: 5)
    let found = read(records)
    #expect(found.replies.count == 4 && found.newest?.slot == 5 && found.newest?.op == 20)
  }

  /// The newest reply is known by its header, whatever became of the rest.
  @Test func aBodyThatIsNotThere() {
    var records = putAll()
    storage.flipBit(at: 8 * (start(3) + 5000))
    var found = read(records)
    #expect(found.replies[3] == "body 13" && found.newest?.op == 13)
    storage.failReads(start(3) + 4096..<start(3) + 8192)
    found = read(records)
    #expect(found.replies[3] == "unreadable" && found.newest?.op == 13)
    // Another session's, later than the table.
    put(op: 30, slot: 2)
    found = read(records)
    #expect(found.replies[2] == "other 30" && found.newest?.slot == 2 && found.newest?.op == 30)
    // A record that names the header and says something else of it.
    records[2] = put(op: 31, slot: 2)
    records[2].request = 7
    found = read(records)
    #expect(found.replies[2] == "damaged" && found.newest?.op == 31)
  }

  @Test func aHeaderThatIsNotThere() {
    let records = putAll()
    storage.failReads(start(3)..<start(3) + 4096)
    var found = read(records)
    #expect(found.replies[3] == "unreadable" && found.newest?.op == 12)
    storage.flipBit(at: 8 * (start(2) + 100))
    found = read(records)
    #expect(found.replies[2] == "damaged" && found.newest?.op == 11)
    put(op: 40, slot: 1, cluster: 5)
    found = read(records)
    #expect(found.replies[1] == "damaged" && found.newest?.op == 10)
    storage.truncate(to: start(0))
    found = read(records)
    #expect(found.newest == nil)
  }
}
