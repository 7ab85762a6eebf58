import MKraftFormat
import Testing

@Suite struct KeyValueBatchTests {
  @Test func builderWritesTheTablesBytes() throws {
    #expect(try encode(KeyValueSamples.events) == KeyValueSamples.body)
  }

  @Test func viewReadsTheTablesBytes() throws {
    #expect(try decodeEvents(KeyValueSamples.body).events == KeyValueSamples.events)
  }

  @Test func largestKeysAndEmptyValuesRoundTrip() throws {
    let longest = [UInt8](repeating: 0xFF, count: 1024)
    let events: [KeyValueEvent] = [
      .put(key: longest, value: []),
      .put(key: [0], value: [UInt8](repeating: 7, count: 1_000_000)),
      .compareAndSet(key: longest, expected: [], value: []),
      .compareAndSet(key: longest, expected: nil, value: []),
      .scan(start: [0], end: nil, limit: .max),
      .scan(start: longest, end: longest, limit: 1),
    ]
    #expect(try decodeEvents(encode(events)).events == events)
  }

  @Test func onlyGetsAndScansAreReadOnly() throws {
    let reads: [KeyValueEvent] = [.get(key: [1]), .scan(start: [1], end: nil, limit: 1)]
    let writes: [KeyValueEvent] = [
      .put(key: [1], value: []), .delete(key: [1]), .compareAndSet(key: [1], expected: nil, value: []),
    ]
    #expect(try decodeEvents(encode(reads)).isReadOnly)
    for write in writes {
      #expect(try !decodeEvents(encode([write])).isReadOnly)
      #expect(try !decodeEvents(encode([write] + reads)).isReadOnly)
      #expect(try !decodeEvents(encode(reads + [write])).isReadOnly)
    }
  }

  @Test func everyTruncationIsRefused() {
    let body = KeyValueSamples.body
    for size in 0..<body.count {
      let error = batchError([UInt8](body.prefix(size)))
      // The event in which the body now ends: that whose header or bytes are cut off.
      let index = size < 8 ? nil : KeyValueSamples.offsets.lastIndex { $0 <= size }
      #expect(error?.index == index, "\(size)")
      #expect(error?.offset == size, "\(size)")
      let intoEvent = index.map { size - KeyValueSamples.offsets[$0] }
      let reason: KeyValueBatchError.Reason? = intoEvent.map { $0 < 32 ? .headerTruncated : .bytesBeyondEnd }
      #expect(error?.reason == reason ?? .bodyTooShort, "\(size)")
    }
  }

  @Test func everyReservedAndPaddingByteIsChecked() {
    var malformations = (4..<8).map { Malformation($0, [1], .reservedNotZero, nil) }
    for (index, offset) in KeyValueSamples.offsets.enumerated() {
      malformations += (offset + 16..<offset + 32).map { Malformation($0, [0x80], .reservedNotZero, index) }
    }
    for (index, padding) in KeyValueSamples.paddings.enumerated() {
      malformations += padding.map { Malformation($0, [0xFF], .paddingNotZero, index) }
    }
    #expect(malformations.count == 4 + 5 * 16 + 5 + 7 + 3 + 5)
    for malformation in malformations {
      let error = batchError(malformation.applied(to: KeyValueSamples.body))
      #expect(malformation.describes(error), "\(malformation) gave \(String(describing: error))")
    }
  }

  @Test func everyFieldIsChecked() {
    let all: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    let size = KeyValueSamples.body.count
    let malformations = [
      Malformation(0, [0], .countOutOfRange, nil),
      Malformation(0, [0xFF, 0x1F], .countOutOfRange, nil),  // 8191
      Malformation(0, all, .countOutOfRange, nil),
      Malformation(0, [0xFE, 0x1F], .headerTruncated, 5, at: size),  // 8190, the most
      Malformation(0, [6], .headerTruncated, 5, at: size),
      Malformation(0, [4], .bytesAfterLast, nil, at: 168),
      Malformation(8, [0], .unknownCode, 0),
      Malformation(8, [6], .unknownCode, 0),
      Malformation(48, [0xFF], .unknownCode, 1),
      Malformation(9, [1], .expectationInvalid, 0),
      Malformation(49, [1], .expectationInvalid, 1),
      Malformation(89, [1], .expectationInvalid, 2),
      Malformation(129, [2], .expectationInvalid, 3),
      Malformation(169, [1], .expectationInvalid, 4),
      Malformation(10, [0], .keySizeOutOfRange, 0),
      Malformation(10, [1, 4], .keySizeOutOfRange, 0),  // 1025
      Malformation(170, [0xFF, 0xFF], .keySizeOutOfRange, 4),
      Malformation(10, [0, 4], .bytesBeyondEnd, 0, at: size),  // 1024
      Malformation(52, [1], .valueNotAllowed, 1),
      Malformation(92, all, .valueNotAllowed, 2),
      Malformation(172, [1], .valueNotAllowed, 4),
      Malformation(16, [1], .expectedNotAllowed, 0),
      Malformation(56, all, .expectedNotAllowed, 1),
      Malformation(96, [1], .expectedNotAllowed, 2),
      Malformation(129, [0], .expectedNotAllowed, 3, at: 136),
      Malformation(176, [1, 4], .endSizeOutOfRange, 4),  // 1025
      Malformation(176, all, .endSizeOutOfRange, 4),
      Malformation(176, [0, 4], .bytesBeyondEnd, 4, at: size),  // 1024
      Malformation(20, [1], .limitInvalid, 0),
      Malformation(60, [1], .limitInvalid, 1),
      Malformation(100, [1], .limitInvalid, 2),
      Malformation(140, all, .limitInvalid, 3),
      Malformation(180, [0, 0], .limitInvalid, 4),
      Malformation(12, all, .bytesBeyondEnd, 0, at: size),
      Malformation(132, all, .bytesBeyondEnd, 3, at: size),
      Malformation(136, all, .bytesBeyondEnd, 3, at: size),
      Malformation(132, all + all, .bytesBeyondEnd, 3, at: size),
    ]
    for malformation in malformations {
      let error = batchError(malformation.applied(to: KeyValueSamples.body))
      #expect(malformation.describes(error), "\(malformation) gave \(String(describing: error))")
    }
  }

  @Test func bytesAfterTheLastEventAreRefused() {
    for extra in [1, 7, 8, 40] {
      let error = batchError(KeyValueSamples.body + [UInt8](repeating: 0, count: extra))
      #expect(error?.reason == .bytesAfterLast)
      #expect(error?.offset == KeyValueSamples.body.count)
    }
  }

  @Test func aBodyLargerThanAMessageIsRefused() {
    let size = KeyValueSamples.body.count
    #expect(batchError(KeyValueSamples.body, bodySizeMax: size) == nil)
    #expect(batchError(KeyValueSamples.body, bodySizeMax: size - 1)?.reason == .bodyTooLarge)
  }

  @Test func garbledBodiesNeverTrapAndWhatIsValidIsCanonical() throws {
    let seed: UInt64 = 0x6B76_0001
    var random = KeyValueRandom(seed: seed)
    var samples: [[UInt8]] = [KeyValueSamples.body]
    for _ in 0..<40 { samples.append(try encode((0..<random.int(1...6)).map { _ in random.event() })) }
    var valid = 0
    for round in 0..<200_000 {
      var body = round % 10 == 0 ? random.bytes(0...80) : samples[random.int(0...samples.count - 1)]
      random.garble(&body)
      guard let events = try? decodeEvents(body).events else { continue }
      valid += 1
      guard try encode(events) == body else {
        Issue.record("seed \(seed) round \(round): a valid body is not what its events encode to")
        return
      }
    }
    // Changes of keys, values and limits leave a batch valid; if none did, the loop above would prove little.
    #expect(valid > 10_000, "seed \(seed)")
  }
}
