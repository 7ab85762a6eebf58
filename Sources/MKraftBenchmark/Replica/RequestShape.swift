internal import MKraftFormat

/// What each request of a load carries: so many puts, with values of so many bytes.
package struct RequestShape: Sendable, Equatable {
  package static let batchRange = 1...4096
  package static let valueSizeRange = 1...(1 << 20)
  /// Keys are all as long as this, bytes.
  static let keySize = 20

  package let batch: Int
  package let valueSize: Int

  package init(batch: Int, valueSize: Int) {
    precondition(RequestShape.batchRange.contains(batch), "the size of a batch is in its range")
    precondition(RequestShape.valueSizeRange.contains(valueSize), "the size of a value is in its range")
    (self.batch, self.valueSize) = (batch, valueSize)
  }

  /// One put that fills an entry of `messageSize` bytes, as far as padding allows.
  package static func filling(messageSize: UInt32) -> RequestShape {
    let room = Int(messageSize) - PrepareHeader.byteCount - KeyValueBatch.headSize
    let empty = RequestShape.put(0, valueSize: 0).encodedSize
    return RequestShape(batch: 1, valueSize: (room - empty) / 8 * 8)
  }

  /// Bytes of an entry of the log: header and body.
  package var entryByteCount: Int {
    PrepareHeader.byteCount + KeyValueBatch.headSize
      + batch * RequestShape.put(0, valueSize: valueSize).encodedSize
  }

  /// The smallest size of messages that takes it; nil if none does.
  package var messageSize: UInt32? {
    let range = Geometry.messageSizeRange
    return sequence(first: range.lowerBound) { $0 * 2 }.prefix { $0 <= range.upperBound }
      .first { entryByteCount <= Int($0) }
  }

  /// The body of a request: puts of keys that follow each other from `number` on.
  func body(number: Int, bodySizeMax: Int) throws -> [UInt8] {
    var builder = KeyValueBatchBuilder(bodySizeMax: bodySizeMax)
    for index in 0..<batch { try builder.append(RequestShape.put(number * batch + index, valueSize: valueSize)) }
    return builder.body
  }

  private static func put(_ number: Int, valueSize: Int) -> KeyValueEvent {
    let digits = String(number)
    let key = "key-" + String(repeating: "0", count: keySize - 4 - digits.count) + digits
    return .put(key: Array(key.utf8), value: [UInt8](repeating: 7, count: valueSize))
  }
}
