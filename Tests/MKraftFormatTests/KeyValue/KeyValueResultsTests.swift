import MKraftFormat
import Testing

@Suite struct KeyValueResultsTests {
  @Test func writerWritesTheTablesBytes() {
    #expect(written(sizeMax: largestBodySize) == KeyValueSamples.resultBody)
    #expect(written(sizeMax: KeyValueSamples.resultBody.count) == KeyValueSamples.resultBody)
  }

  @Test func viewReadsTheTablesBytes() throws {
    #expect(try decodeResults(KeyValueSamples.resultBody) == KeyValueSamples.results)
    #expect(try decodeResults([0, 0, 0, 0, 0, 0, 0, 0]) == [])
  }

  @Test func whatDoesNotFitIsLeftOutByName() throws {
    let results = KeyValueSamples.results
    let headers = 8 + 5 * 16
    // The bytes beyond the headers are given to the results in order: 8 for the get, 8 for the compare-and-set, 16 a
    // pair.
    let none = try decodeResults(written(sizeMax: headers))
    #expect(none[1] == KeyValueResult(.resultTooLarge))
    #expect(none[3] == KeyValueResult(.conditionFailed, current: .omitted))
    #expect(none[4] == KeyValueResult(.resultTooLarge))
    let firstOnly = try decodeResults(written(sizeMax: headers + 15))
    #expect(firstOnly == [results[0], results[1], results[2], none[3], none[4]])
    let noPair = try decodeResults(written(sizeMax: headers + 31))
    #expect(noPair == [results[0], results[1], results[2], results[3], none[4]])
    let onePair = try decodeResults(written(sizeMax: headers + 47))
    #expect(onePair[4] == KeyValueResult(.ok, pairs: [results[4].pairs[0]], more: true))
  }

  @Test func anEmptyScanIsNoFailure() throws {
    let body = write(count: 1, sizeMax: 24) { writer, body in
      writer.beginScan(into: &body)
      writer.endScan(more: false, into: &body)
    }
    #expect(try decodeResults(body) == [KeyValueResult(.ok)])
  }

  @Test func everyTruncationIsRefused() {
    let body = KeyValueSamples.resultBody
    for size in 0..<body.count {
      let error = resultsError([UInt8](body.prefix(size)))
      let index = size < 8 ? nil : KeyValueSamples.resultOffsets.lastIndex { $0 <= size }
      #expect(error?.index == index, "\(size)")
      #expect(error?.offset == size, "\(size)")
      let intoResult = index.map { size - KeyValueSamples.resultOffsets[$0] }
      let reason: KeyValueBatchError.Reason? = intoResult.map { $0 < 16 ? .headerTruncated : .bytesBeyondEnd }
      #expect(error?.reason == reason ?? .bodyTooShort, "\(size)")
    }
  }

  @Test func everyReservedAndPaddingByteIsChecked() {
    var malformations = (4..<8).map { Malformation($0, [1], .reservedNotZero, nil) }
    for (index, offset) in KeyValueSamples.resultOffsets.enumerated() {
      malformations += ([3] + Array(12..<16)).map { Malformation(offset + $0, [0x80], .reservedNotZero, index) }
    }
    for offset in KeyValueSamples.pairOffsets {
      malformations += (2..<4).map { Malformation(offset + $0, [1], .reservedNotZero, 4) }
    }
    for (index, padding) in zip([1, 3, 4, 4], KeyValueSamples.resultPaddings) {
      malformations += padding.map { Malformation($0, [0xFF], .paddingNotZero, index) }
    }
    #expect(malformations.count == 4 + 5 * 5 + 2 * 2 + 7 + 6 + 5 + 7)
    for malformation in malformations {
      let error = resultsError(malformation.applied(to: KeyValueSamples.resultBody))
      #expect(malformation.describes(error), "\(malformation) gave \(String(describing: error))")
    }
  }

  @Test func everyFieldIsChecked() {
    let all: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    let size = KeyValueSamples.resultBody.count
    let malformations = [
      Malformation(0, [0xFF, 0x1F], .countOutOfRange, nil),  // 8191
      Malformation(0, all, .countOutOfRange, nil),
      Malformation(0, [6], .headerTruncated, 5, at: size),
      Malformation(0, [4], .bytesAfterLast, nil, at: 88),
      Malformation(0, [0], .bytesAfterLast, nil, at: 8),
      Malformation(8, [5], .unknownStatus, 0),
      Malformation(88, [0xFF], .unknownStatus, 4),
      Malformation(9, [1], .moreInvalid, 0),
      Malformation(49, [1], .moreInvalid, 2),
      Malformation(89, [2], .moreInvalid, 4),
      Malformation(10, [1], .currentInvalid, 0),
      Malformation(66, [3], .currentInvalid, 3),
      Malformation(66, [0], .bytesNotAllowed, 3, at: 68),
      Malformation(66, [2], .bytesNotAllowed, 3, at: 68),
      Malformation(52, [1], .bytesNotAllowed, 2),
      Malformation(24, [3], .bytesNotAllowed, 1, at: 28),
      Malformation(24, [4], .bytesNotAllowed, 1, at: 28),
      Malformation(28, all, .bytesBeyondEnd, 1, at: size),
      Malformation(92, all, .bytesBeyondEnd, 4, at: size),
      Malformation(56, [1], .pairsInvalid, 2),
      Malformation(72, [1], .pairsInvalid, 3),
      Malformation(96, [1], .pairsInvalid, 4, at: 120),
      Malformation(96, [3], .headerTruncated, 4, at: 136),
      Malformation(96, all, .headerTruncated, 4, at: 136),
      Malformation(104, [0], .keySizeOutOfRange, 4),
      Malformation(104, [1, 4], .keySizeOutOfRange, 4),
      Malformation(104, [0, 4], .bytesBeyondEnd, 4, at: 136),
      Malformation(108, all, .bytesBeyondEnd, 4, at: 136),
      Malformation(124, [8], .bytesBeyondEnd, 4, at: 136),
      Malformation(32, [1], .headerTruncated, 1, at: 41),
      Malformation(8, [0, 0, 0, 0, 0, 0, 0, 0, 1], .headerTruncated, 0, at: 24),
    ]
    for malformation in malformations {
      let error = resultsError(malformation.applied(to: KeyValueSamples.resultBody))
      #expect(malformation.describes(error), "\(malformation) gave \(String(describing: error))")
    }
  }

  @Test func garbledBodiesNeverTrap() {
    let seed: UInt64 = 0x6B76_0002
    var random = KeyValueRandom(seed: seed)
    var valid = 0
    for round in 0..<200_000 {
      var body = round % 10 == 0 ? random.bytes(0...80) : KeyValueSamples.resultBody
      random.garble(&body)
      if resultsError(body) == nil { valid += 1 }
    }
    #expect(valid > 1000, "seed \(seed)")
  }

  /// Writes the sample results into a buffer full of old bytes.
  private func written(sizeMax: Int) -> [UInt8] {
    write(count: 5, sizeMax: sizeMax) { writer, body in
      writer.append(.ok, into: &body)
      writer.append(value: [0x09].rawSpan, into: &body)
      writer.append(.notFound, into: &body)
      writer.append(conditionFailed: [0x07, 0x08].rawSpan, into: &body)
      writer.beginScan(into: &body)
      let pairs = KeyValueSamples.results[4].pairs
      for pair in pairs {
        guard writer.append(key: pair.key.rawSpan, value: pair.value.rawSpan, into: &body) else { break }
      }
      writer.endScan(more: true, into: &body)
    }
  }

  private func write(
    count: Int, sizeMax: Int, _ fill: (_ writer: inout KeyValueResultWriter, _ body: inout MutableRawSpan) -> Void
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xAA, count: sizeMax)
    var elements = bytes.mutableSpan
    var body = unsafe elements.mutableBytes
    var writer = KeyValueResultWriter(count: count, into: &body)
    fill(&writer, &body)
    return [UInt8](bytes.prefix(writer.byteCount))
  }
}
