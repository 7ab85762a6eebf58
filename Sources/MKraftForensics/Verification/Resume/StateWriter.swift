internal import MKraftFormat

/// Writes the parts of a state one after the other, integers little-endian, collections with their count before them.
struct StateWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    for byte in 0..<Number.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: number >> Number(8 * byte))) }
  }

  mutating func write(_ flag: Bool) { write(flag ? UInt8(1) : 0) }

  mutating func write(_ text: String) {
    write(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  mutating func write(_ range: Range<UInt64>) {
    write(range.lowerBound)
    write(range.upperBound)
  }

  mutating func write<Element>(_ elements: some Collection<Element>, _ body: (inout StateWriter, Element) -> Void) {
    write(UInt64(elements.count))
    for element in elements { body(&self, element) }
  }

  mutating func write<Value>(_ value: Value?, _ body: (inout StateWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  /// Writes the 256 bytes of a header.
  mutating func writeHeader(_ encode: (inout MutableRawSpan) -> Void) {
    var image = [UInt8](repeating: 0, count: PrepareHeader.byteCount)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    encode(&bytes)
    self.bytes += image
  }
}
