import MKraftFormat
import Testing

/// The tables of the key-value operation, compared with what the code writes.
@Suite struct ManualKeyValueTests {
  let dataFile: ManualPage
  let wire: ManualPage

  init() throws {
    dataFile = try ManualPage("mkraft-data-file.5")
    wire = try ManualPage("mkraft-protocol.5")
  }

  /// Reads the named fields of a structure at `base` as the page's table lays them out.
  private func fields(_ rows: [[String]], of bytes: [UInt8], at base: Int) throws -> [String: UInt64] {
    var fields: [String: UInt64] = [:]
    for row in rows {
      let offset = try #require(Int(row[1]))
      let size = try #require(Int(row[2]))
      guard row[0] != "reserved" else {
        #expect(bytes[base + offset..<base + offset + size].allSatisfy { $0 == 0 })
        continue
      }
      fields[row[0]] = (0..<size).reduce(0) { $0 | UInt64(bytes[base + offset + $1]) << (8 * UInt64($1)) }
    }
    return fields
  }

  @Test func tablesCoverTheirStructures() throws {
    let structures = [
      (dataFile.rows("kv-batch"), KeyValueBatch.headSize), (dataFile.rows("kv-event"), KeyValueBatch.eventHeaderSize),
      (wire.rows("kv-results"), KeyValueBatch.headSize), (wire.rows("kv-result"), KeyValueBatch.resultHeaderSize),
      (wire.rows("kv-pair"), KeyValueBatch.pairHeaderSize),
    ]
    for (rows, byteCount) in structures {
      var end = 0
      for row in rows {
        #expect(Int(row[1]) == end, "\(row)")
        end += try #require(Int(row[2]))
      }
      #expect(end == byteCount)
    }
  }

  @Test func numbers() {
    let events: [(KeyValueEventCode, String)] = [
      (.put, "put"), (.get, "get"), (.delete, "delete"), (.compareAndSet, "compare-and-set"), (.scan, "scan"),
    ]
    #expect(events.count == KeyValueEventCode.allCases.count)
    let codes = events.map { ["\($0.0.rawValue)", $0.1] }
    #expect(differences(page: dataFile.rows("kv-event-codes"), code: codes) == [])
    let statuses: [(KeyValueStatus, String)] = [
      (.ok, "ok"), (.notFound, "not-found"), (.conditionFailed, "condition-failed"),
      (.resultTooLarge, "result-too-large"), (.noSpace, "no-space"),
    ]
    #expect(statuses.count == KeyValueStatus.allCases.count)
    let numbers = statuses.map { ["\($0.0.rawValue)", $0.1] }
    #expect(differences(page: wire.rows("kv-statuses").map { Array($0.prefix(2)) }, code: numbers) == [])
    #expect(
      dataFile.says("A batch has 1 to \(KeyValueBatch.countMax) events, a key 1 to \(KeyValueBatch.keySizeMax) bytes"))
  }

  @Test func eventsStandWhereThePageSays() throws {
    let key = [UInt8](repeating: 0x6b, count: 300)
    let expected = [UInt8](repeating: 0x65, count: 1025)
    let value = [UInt8](repeating: 0x76, count: 70_001)
    var builder = KeyValueBatchBuilder(bodySizeMax: 1 << 20)
    try builder.append(.compareAndSet(key: key, expected: expected, value: value))
    try builder.append(.scan(start: [1, 2, 3], end: [4, 5], limit: 0x0102_0304))
    let head = try fields(dataFile.rows("kv-batch"), of: builder.body, at: 0)
    #expect(head == ["count": 2])
    let set = try fields(dataFile.rows("kv-event"), of: builder.body, at: 8)
    #expect(
      set == [
        "code": 4, "expectation": 1, "key_size": 300, "value_size": 70_001, "expected_size": 1025, "limit": 0,
      ])
    let bytes = 8 + 32..<8 + 32 + 300 + 1025 + 70_001
    #expect(Array(builder.body[bytes]) == key + expected + value)
    // 32 + 300 + 1025 + 70001 = 71358 bytes, and two of padding.
    let scan = try fields(dataFile.rows("kv-event"), of: builder.body, at: 8 + 71_360)
    #expect(
      scan == [
        "code": 5, "expectation": 0, "key_size": 3, "value_size": 0, "expected_size": 2, "limit": 0x0102_0304,
      ])
    #expect(builder.body.count == 8 + 71_360 + 40)
  }

  @Test func resultsStandWhereThePageSays() throws {
    var body = [UInt8](repeating: 0xFF, count: 200)
    var span = body.mutableSpan
    var bytes = unsafe span.mutableBytes
    let key: [UInt8] = [1, 2, 3]
    let value: [UInt8] = [9, 9]
    var writer = KeyValueResultWriter(count: 2, into: &bytes)
    unsafe writer.append(conditionFailed: value.span.bytes, into: &bytes)
    writer.beginScan(into: &bytes)
    let isTaken = unsafe writer.append(key: key.span.bytes, value: value.span.bytes, into: &bytes)
    writer.endScan(more: true, into: &bytes)
    let byteCount = writer.byteCount
    #expect(isTaken)
    #expect(try fields(wire.rows("kv-results"), of: body, at: 0) == ["count": 2])
    let failed = try fields(wire.rows("kv-result"), of: body, at: 8)
    #expect(failed == ["status": 2, "more": 0, "current": 1, "size": 2, "pairs": 0])
    #expect(Array(body[24..<32]) == [9, 9, 0, 0, 0, 0, 0, 0])
    let scan = try fields(wire.rows("kv-result"), of: body, at: 32)
    #expect(scan == ["status": 0, "more": 1, "current": 0, "size": 16, "pairs": 1])
    #expect(try fields(wire.rows("kv-pair"), of: body, at: 48) == ["key_size": 3, "value_size": 2])
    #expect(Array(body[56..<64]) == [1, 2, 3, 9, 9, 0, 0, 0])
    #expect(byteCount == 64)
  }
}
