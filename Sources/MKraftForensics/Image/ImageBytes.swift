internal import MKraftFormat

/// Bytes of an image in the making.
package struct ImageBytes: Sendable {
  package private(set) var bytes: [UInt8] = []

  mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    var rest = value
    for _ in 0..<MemoryLayout<T>.size {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func append(_ name: String) {
    let name = Array(name.utf8.prefix(255))
    append(UInt8(name.count))
    bytes += name
  }

  mutating func append(contentsOf source: RawSpan) {
    bytes += [UInt8](copying: source)
  }
}

/// Takes bytes of an image apart; nothing is read beyond their end.
struct ImageCursor: ~Escapable {
  private let bytes: RawSpan
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.byteCount }

  mutating func next<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) -> T? {
    guard bytes.byteCount - position >= MemoryLayout<T>.size else { return nil }
    defer { position += MemoryLayout<T>.size }
    return bytes.load(fromByteOffset: position)
  }

  /// A number that is at most `limit`.
  mutating func number(upTo limit: Int) -> Int? {
    guard let value = next(UInt32.self), Int(value) <= limit else { return nil }
    return Int(value)
  }

  /// A range inside `0..<limit`.
  mutating func range(within limit: Int) -> Range<Int>? {
    guard let start = number(upTo: limit), let count = number(upTo: limit - start) else { return nil }
    return start..<start + count
  }

  mutating func name() -> String? {
    guard let count = next(UInt8.self), let bytes = take(Int(count)) else { return nil }
    return String(decoding: [UInt8](copying: bytes), as: UTF8.self)
  }

  @_lifetime(copy self)
  mutating func take(_ count: Int) -> RawSpan? {
    guard count <= bytes.byteCount - position else { return nil }
    defer { position += count }
    return bytes.extracting(position..<position + count)
  }
}
