import MKraftFormat
import Testing

@Suite struct SessionRecordTests {
  private func random(_ random: inout SplitMix64) -> SessionRecord {
    var record = SessionRecord()
    record.client = random.id()
    record.requestChecksum = random.id()
    record.replyChecksum = random.id()
    record.session = random.next()
    record.request = random.next()
    record.op = random.next()
    record.timestamp = random.next()
    record.replySize = UInt32(truncatingIfNeeded: random.next())
    record.operation = random.byte()
    return record
  }

  private func decode(_ bytes: [UInt8], at base: Int = 0) -> SessionRecord? {
    unsafe SessionRecord(decoding: bytes.span.bytes, at: base)
  }

  @Test func whatIsEncodedIsDecoded() throws {
    for seed in 0..<500 as Range<UInt64> {
      var source = SplitMix64(seed: seed)
      let record = random(&source)
      let around = image(128 + 7) { record.encode(into: &$0, at: 3) }
      let decoded = try #require(decode(around, at: 3))
      #expect(differences(decoded, record) == [], "seed \(seed)")
      #expect(around[..<3] + around[131...] == [UInt8](repeating: 0xFF, count: 7)[...], "seed \(seed)")
    }
    #expect(SessionRecord.byteCount == 128)
  }

  /// Each field of the layout is the property of that name, and none shares a byte.
  @Test func fieldsAreTheirProperties() throws {
    var source = SplitMix64(seed: 1)
    let record = random(&source)
    let encoded = image(128) { record.encode(into: &$0, at: 0) }
    let names = [
      "client": "client", "request_checksum": "requestChecksum", "reply_checksum": "replyChecksum",
      "session": "session", "request": "request", "op": "op", "timestamp": "timestamp", "reply_size": "replySize",
      "operation": "operation",
    ]
    for row in SessionRecord.Layout.rows where row.name != "reserved" {
      for offset in row.range {
        var changed = encoded
        changed[offset] ^= 0xFF
        let decoded = try #require(decode(changed))
        #expect(differences(decoded, record) == [".\(names[row.name] ?? "?")"], "\(row.name), byte \(offset)")
      }
    }
  }

  @Test func reservedBytesAreZero() {
    for offset in 85..<128 {
      var bytes = [UInt8](repeating: 0, count: 128)
      #expect(decode(bytes) != nil)
      bytes[offset] = 1
      #expect(decode(bytes) == nil, "byte \(offset)")
    }
  }

  /// The reply's header is made of the record and of what only the body and the release can tell.
  @Test func replyHeadersFollowFromRecords() throws {
    var source = SplitMix64(seed: 2)
    var record = random(&source)
    record.replySize = 300
    let header = record.replyHeader(cluster: 0xC1, release: 256, bodyChecksum: 77)
    let bytes = bytes(of: header)
    let decoded = try decodeReply(bytes)
    #expect(decoded.client == record.client && decoded.requestChecksum == record.requestChecksum)
    #expect(decoded.session == record.session && decoded.request == record.request && decoded.op == record.op)
    #expect(decoded.timestamp == record.timestamp && decoded.operation == record.operation && decoded.size == 300)
    #expect(decoded.cluster == 0xC1 && decoded.release == 256 && decoded.bodyChecksum == 77 && decoded.kind == .reply)
    #expect(decoded.checksum == checksum(bytes, 16..<256, as: .reply))
  }
}
