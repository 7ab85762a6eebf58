internal import MKraftFormat

/// Reads what `StateWriter` wrote. Whatever the bytes are, it reads inside them and makes nothing larger than they are.
struct StateReader {
  /// The bytes are not those of a state.
  struct Malformed: Error {}

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func read<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(Malformed) -> Number {
    let count = Number.bitWidth / 8
    guard bytes.count - position >= count else { throw Malformed() }
    var number: Number = 0
    for byte in 0..<count { number |= Number(truncatingIfNeeded: bytes[position + byte]) << Number(8 * byte) }
    position += count
    return number
  }

  mutating func read(_: Bool.Type = Bool.self) throws(Malformed) -> Bool {
    let byte = try read(UInt8.self)
    guard byte < 2 else { throw Malformed() }
    return byte == 1
  }

  mutating func read(_: String.Type = String.self) throws(Malformed) -> String {
    let count = try readCount()
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  mutating func read(_: Range<UInt64>.Type = Range<UInt64>.self) throws(Malformed) -> Range<UInt64> {
    let (lower, upper) = (try read(UInt64.self), try read(UInt64.self))
    guard lower <= upper else { throw Malformed() }
    return lower..<upper
  }

  /// A collection, each element of which takes at least a byte.
  mutating func readArray<Element>(
    _ body: (inout StateReader) throws(Malformed) -> Element
  ) throws(Malformed) -> [Element] {
    let count = try readCount()
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }

  mutating func readOptional<Value>(
    _ body: (inout StateReader) throws(Malformed) -> Value
  ) throws(Malformed) -> Value? {
    try read(Bool.self) ? try body(&self) : nil
  }

  mutating func readPrepareHeader() throws(Malformed) -> PrepareHeader {
    let image = try readImage()
    guard let header = try? PrepareHeader(decoding: image.rawSpan) else { throw Malformed() }
    return header
  }

  private mutating func readImage() throws(Malformed) -> [UInt8] {
    guard bytes.count - position >= PrepareHeader.byteCount else { throw Malformed() }
    defer { position += PrepareHeader.byteCount }
    return Array(bytes[position..<position + PrepareHeader.byteCount])
  }

  /// A count of elements: no more than there are bytes left.
  private mutating func readCount() throws(Malformed) -> Int {
    let count = try read(UInt64.self)
    guard count <= UInt64(bytes.count - position) else { throw Malformed() }
    return Int(count)
  }
}
