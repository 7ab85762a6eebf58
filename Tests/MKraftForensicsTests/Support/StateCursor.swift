/// Goes through the bytes of a verification's state, one field after the other. The bytes are those of a whole state.
struct StateCursor {
  let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var rest: [UInt8] { Array(bytes[position...]) }

  mutating func take(_ count: Int) -> [UInt8] {
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// A number of so many bytes, little-endian.
  mutating func number(_ byteCount: Int = 8) -> UInt64 {
    take(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A count, and as many elements.
  mutating func list<Element>(_ element: (inout StateCursor) -> Element) -> [Element] {
    let count = number()
    return (0..<count).map { _ in element(&self) }
  }

  /// The bytes of what `skip` goes over.
  mutating func image(_ skip: (inout StateCursor) -> Void) -> [UInt8] {
    let start = position
    skip(&self)
    return Array(bytes[start..<position])
  }

  // MARK: What was found

  mutating func skipLogPart() {
    switch number(1) {
    case 0, 1: position += 8 + 16
    case 2: position += 8
    default: skipSlotEvidence()
    }
  }

  private mutating func skipSlotEvidence() {
    position += 8
    skipEvidence()
    skipEvidence()
  }

  /// Of one ring.
  private mutating func skipEvidence() {
    switch number(1) {
    case 0, 4: position += 256
    case 1: skipHeaderDefect()
    case 2: skipError()
    default: break
    }
  }

  private mutating func skipHeaderDefect() {
    switch number(1) {
    case 1, 3: position += 1
    case 2: position += 32
    default: break
    }
  }

  private mutating func skipError() {
    for _ in 0..<2 where number(1) == 1 { position += 8 }
    switch number(1) {
    case 0: position += 4
    case 1: position += 8
    default: break
    }
  }

  mutating func skipBlockDefect() {
    switch number(1) {
    case 0: skipHeaderDefect()
    case 1: position += 16
    case 2: skipError()
    default: break
    }
  }
}
