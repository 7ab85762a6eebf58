/// A JSON text as a tree of values, for the documents that the tool has written itself and is given back. Any bytes may come:
/// nesting is bounded, and what is not JSON is nil.
public indirect enum JSONDocument: Equatable, Sendable {
  case object([String: JSONDocument])
  case array([JSONDocument])
  case string(String)
  case number(Double)
  case bool(Bool)
  case null

  public init?(parsing bytes: [UInt8]) {
    var parser = JSONParser(bytes)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipSpace()
    guard parser.isAtEnd else { return nil }
    self = value
  }

  /// A member of an object; nil if there is none.
  public subscript(name: String) -> JSONDocument? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  public var elements: [JSONDocument]? { if case .array(let elements) = self { elements } else { nil } }
  public var text: String? { if case .string(let text) = self { text } else { nil } }
  public var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  public var isNull: Bool { self == .null }

  /// A number without a fraction that fits, written as a number or as a string.
  public func integer<T: FixedWidthInteger>(_: T.Type = T.self) -> T? {
    switch self {
    case .number(let number): T(exactly: number)
    case .string(let text): T(text)
    default: nil
    }
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let letters = Array(word.description.utf8)
    guard bytes[position...].starts(with: letters) else { return false }
    position += letters.count
    return true
  }

  mutating func value(depth: Int) -> JSONDocument? {
    guard depth < JSONWriter.maxDepth else { return nil }
    skipSpace()
    switch next {
    case Ascii.openBrace: return object(depth)
    case Ascii.openBracket: return array(depth)
    case Ascii.quote: return string().map { .string($0) }
    case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
    case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
    case UInt8(ascii: "n"): return take("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object(_ depth: Int) -> JSONDocument? {
    position += 1
    var members: [String: JSONDocument] = [:]
    skipSpace()
    if take(Ascii.closeBrace) { return .object(members) }
    repeat {
      skipSpace()
      guard next == Ascii.quote, let name = string() else { return nil }
      skipSpace()
      guard take(Ascii.colon), let value = value(depth: depth + 1), members[name] == nil else { return nil }
      members[name] = value
      skipSpace()
    } while take(Ascii.comma)
    return take(Ascii.closeBrace) ? .object(members) : nil
  }

  private mutating func array(_ depth: Int) -> JSONDocument? {
    position += 1
    var elements: [JSONDocument] = []
    skipSpace()
    if take(Ascii.closeBracket) { return .array(elements) }
    repeat {
      guard let value = value(depth: depth + 1) else { return nil }
      elements.append(value)
      skipSpace()
    } while take(Ascii.comma)
    return take(Ascii.closeBracket) ? .array(elements) : nil
  }

  private mutating func number() -> JSONDocument? {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) {
      position += 1
    }
    return Double(String(decoding: bytes[start..<position], as: UTF8.self)).map { .number($0) }
  }

  private mutating func string() -> String? {
    position += 1
    var units: [UInt16] = []
    var plain = position
    func piece(_ end: Int) -> String.UTF16View { String(decoding: bytes[plain..<end], as: UTF8.self).utf16 }
    while let byte = next {
      guard byte >= 0x20 else { return nil }
      if byte == Ascii.quote {
        units += piece(position)
        position += 1
        return String(decoding: units, as: UTF16.self)
      }
      guard byte == UInt8(ascii: "\\") else {
        position += 1
        continue
      }
      units += piece(position)
      position += 1
      guard let unit = escaped() else { return nil }
      units.append(unit)
      plain = position
    }
    return nil
  }

  private mutating func escaped() -> UInt16? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count else { return nil }
      defer { position += 4 }
      return UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    default: return nil
    }
  }
}
