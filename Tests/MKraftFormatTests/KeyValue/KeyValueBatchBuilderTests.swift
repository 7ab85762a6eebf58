import MKraftFormat
import Testing

@Suite struct KeyValueBatchBuilderTests {
  /// Room for the head and two of the smallest events.
  private let small = 8 + 40 + 40

  @Test func whatIsMalformedIsRefused() {
    let long = [UInt8](repeating: 1, count: 1025)
    refuses(.put(key: [], value: []), .keySizeOutOfRange(0))
    refuses(.get(key: long), .keySizeOutOfRange(1025))
    refuses(.scan(start: [1], end: long, limit: 1), .endSizeOutOfRange(1025))
    refuses(.scan(start: [1], end: [], limit: 1), .endSizeOutOfRange(0))
    refuses(.scan(start: [1], end: nil, limit: 0), .limitZero)
  }

  @Test func aBatchNeverExceedsItsSize() throws {
    var builder = KeyValueBatchBuilder(bodySizeMax: small)
    #expect(builder.isEmpty)
    try builder.append(.get(key: [1]))
    #expect(throws: KeyValueBatchBuilderError.batchFull) {
      try builder.append(.put(key: [1], value: [0, 1, 2, 3, 4, 5, 6, 7]))
    }
    try builder.append(.delete(key: [2]))
    #expect(throws: KeyValueBatchBuilderError.batchFull) { try builder.append(.get(key: [3])) }
    #expect(builder.count == 2)
    #expect(builder.body.count == small)
    #expect(try decodeEvents(builder.body, bodySizeMax: small).events == [.get(key: [1]), .delete(key: [2])])
  }

  @Test func anEventThatNoBatchHoldsIsNamedSo() throws {
    var builder = KeyValueBatchBuilder(bodySizeMax: small)
    let size = 32 + 1 + 48
    let error = KeyValueBatchBuilderError.eventTooLarge(size: 88, sizeMax: 80)
    #expect(throws: error) { try builder.append(.put(key: [1], value: [UInt8](repeating: 0, count: size - 33))) }
    try builder.append(.put(key: [1], value: [UInt8](repeating: 0, count: size - 34)))
    #expect(builder.body.count == small)
  }

  @Test func aBatchHoldsNoMoreThanTheMostEvents() throws {
    var builder = KeyValueBatchBuilder(bodySizeMax: largestBodySize)
    for _ in 0..<8190 { try builder.append(.get(key: [1])) }
    #expect(throws: KeyValueBatchBuilderError.batchFull) { try builder.append(.get(key: [1])) }
    #expect(try decodeEvents(builder.body).events.count == 8190)
  }

  @Test func removingAllBeginsAnew() throws {
    var builder = KeyValueBatchBuilder(bodySizeMax: largestBodySize)
    for event in KeyValueSamples.events { try builder.append(event) }
    builder.removeAll()
    #expect(builder.isEmpty)
    #expect(builder.body == [0, 0, 0, 0, 0, 0, 0, 0])
    for event in KeyValueSamples.events { try builder.append(event) }
    #expect(builder.body == KeyValueSamples.body)
  }

  private func refuses(_ event: KeyValueEvent, _ error: KeyValueBatchBuilderError) {
    var builder = KeyValueBatchBuilder(bodySizeMax: largestBodySize)
    #expect(throws: error) { try builder.append(event) }
    #expect(builder.count == 0)
    #expect(builder.body.count == 8)
  }
}
