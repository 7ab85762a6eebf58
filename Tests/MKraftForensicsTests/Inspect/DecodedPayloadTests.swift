import MKraftForensics
import MKraftFormat
import Testing

@Suite struct DecodedPayloadTests {
  private let geometry = Geometry(slotCount: 64, messageSize: 1 << 20, sessions: 4)

  private func decode(_ events: [KeyValueEvent]) throws -> DecodedPayload {
    var builder = KeyValueBatchBuilder(bodySizeMax: geometry.bodySizeMax)
    for event in events { try builder.append(event) }
    return try DecodedPayload(builder.body.rawSpan, geometry: geometry)
  }

  @Test func everyEvent() throws {
    let decoded = try decode([
      .put(key: [1, 2], value: [3]), .get(key: [4]), .delete(key: [5]),
      .compareAndSet(key: [6], expected: nil, value: [7]), .compareAndSet(key: [6], expected: [8], value: []),
      .scan(start: [9], end: [10], limit: 3), .scan(start: [9], end: nil, limit: 4),
    ])
    #expect(decoded.count == 7)
    #expect(decoded.events.map(\.name) == ["put", "get", "delete", "cas", "cas", "scan", "scan"])
    #expect(decoded.events.map(\.key.bytes) == [[1, 2], [4], [5], [6], [6], [9], [9]])
    #expect(decoded.events.map { $0.value?.bytes } == [[3], nil, nil, [7], [], nil, nil])
    #expect(decoded.events.map { $0.expected?.bytes } == [nil, nil, nil, nil, [8], nil, nil])
    #expect(decoded.events.map { $0.end?.bytes } == [nil, nil, nil, nil, nil, [10], nil])
    #expect(decoded.events.map(\.limit) == [0, 0, 0, 0, 0, 3, 4])
  }

  @Test func isBounded() throws {
    let long = [UInt8](repeating: 7, count: 5000)
    let decoded = try decode((0..<100).map { .put(key: [UInt8($0)], value: long) })
    #expect(decoded.count == 100 && decoded.events.count == DecodedPayload.eventLimit)
    #expect(
      decoded.events.allSatisfy { $0.value?.byteCount == 5000 && $0.value?.bytes.count == DecodedPayload.byteLimit })
    #expect(decoded.events.allSatisfy { $0.value?.isWhole == false && $0.key.isWhole })
  }

  @Test func otherBytesAreNamed() {
    #expect(throws: KeyValueBatchError.self) { try DecodedPayload([1, 2, 3].rawSpan, geometry: geometry) }
  }
}
