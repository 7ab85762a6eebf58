import MKraftFormat
import MKraftStorage
import Testing

/// The order of writes of rule R12.
@Suite struct JournalWriterTests {
  /// Sixteen slots lie in one unit of the header ring.
  private final class Writer {
    static let cluster: UInt128 = 0xC1
    let geometry = Geometry(slotCount: 64, messageSize: 4096, sessions: 1, blockSize: 16 << 10, gridBlocksMax: 64)
    let image: JournalImage
    var writer: JournalWriter

    init(head: UInt64) {
      image = JournalImage(geometry: geometry, cluster: Writer.cluster)
      for slot in 0..<64 {
        image.set(.placeholder(.reserved, slot: slot, cluster: Writer.cluster), slot: slot)
      }
      writer = JournalWriter(geometry: geometry, image: image, head: head)
    }

    func begin(_ op: UInt64) -> JournalWrite {
      var header = PrepareHeader()
      header.cluster = Writer.cluster
      header.op = op
      header.operation = Operation.noop.rawValue
      header.bodyChecksum = Checksum.ofNothing(as: .prepareBody)
      header.seal()
      let buffer = IOBuffer(byteCount: 4096)
      var bytes = buffer.mutableBytes
      header.encode(into: &bytes)
      return writer.begin(header, in: buffer)
    }

    func nextHeaderWrite() -> JournalWrite? { writer.nextHeaderWrite() }

    /// Ops of the entries whose headers stand in the unit written.
    func ops(_ write: JournalWrite) throws -> [UInt64] {
      try (0..<geometry.headersPerUnit).compactMap { index in
        let base = index * PrepareHeader.byteCount
        let header = try PrepareHeader(
          decoding: write.buffer.bytes.extracting(base..<base + PrepareHeader.byteCount))
        return header.kind == .prepare ? header.op : nil
      }
    }
  }

  @Test func headersFollowTheirPreparesInOpOrder() throws {
    let journal = Writer(head: 0)
    for op in 1...4 {
      #expect(journal.begin(UInt64(op)).offset == journal.geometry.prepareOffset(slot: op))
    }
    #expect(journal.nextHeaderWrite() == nil, "no prepare is durable")
    journal.writer.prepareDurable(2)
    #expect(journal.nextHeaderWrite() == nil, "op 1 is not durable")
    journal.writer.prepareDurable(1)
    journal.writer.prepareDurable(4)
    let first = try #require(journal.nextHeaderWrite())
    #expect(first.offset == journal.geometry.headerOffset(slot: 0))
    #expect(try journal.ops(first) == [1, 2], "op 3 is not durable, so neither 3 nor 4 stands in the image")
    journal.writer.prepareDurable(3)
    #expect(journal.nextHeaderWrite() == nil, "one unit is in flight at a time")
    #expect(journal.writer.durableOp == 0)
    journal.writer.headersDurable()
    #expect(journal.writer.durableOp == 2, "only what was in the unit")
    let second = try #require(journal.nextHeaderWrite())
    #expect(try journal.ops(second) == [1, 2, 3, 4])
    journal.writer.headersDurable()
    #expect(journal.writer.durableOp == 4 && journal.writer.lastOp == 4)
    #expect(journal.nextHeaderWrite() == nil)
  }

  @Test func aHeaderWriteEndsWithItsUnit() throws {
    let journal = Writer(head: 13)
    for op in 14...17 {
      _ = journal.begin(UInt64(op))
      journal.writer.prepareDurable(UInt64(op))
    }
    #expect(try journal.ops(#require(journal.nextHeaderWrite())) == [14, 15])
    journal.writer.headersDurable()
    #expect(journal.writer.durableOp == 15)
    let next = try #require(journal.nextHeaderWrite())
    #expect(try journal.ops(next) == [16, 17] && next.offset == journal.geometry.headerOffset(slot: 16))
    journal.writer.headersDurable()
    #expect(journal.writer.durableOp == 17)
  }

  /// Rewriting its neighbours must not make a damaged slot look blank.
  @Test func aDamagedSlotIsCarriedAsUnknown() throws {
    let journal = Writer(head: 0)
    journal.image.recover(SlotEvidence(slot: 18, header: .beyondEnd, prepare: .beyondEnd), .vacated)
    #expect(journal.image.header(slot: 18).kind == .unknown)
    let write = try #require(journal.writer.nextHealingWrite(from: 1))
    #expect(write.offset == journal.geometry.headerOffset(slot: 16))
    #expect(journal.writer.nextHealingWrite(from: 1) == nil, "only what differs is written")
  }
}
