/// A JSON value, read by the tests' own reader, so that nothing of the tool's is taken on trust.
indirect enum JSONNode: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONNode])
  /// Members in the order they stand in.
  case object([Member])

  struct Member: Equatable {
    let name: String
    var value: JSONNode
  }

  subscript(name: String) -> JSONNode? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }
  var elements: [JSONNode]? { if case .array(let elements) = self { elements } else { nil } }
  var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  /// All documents of a text, one after the other.
  static func documents(_ text: String) throws -> [JSONNode] {
    var reader = Reader(bytes: Array(text.utf8))
    var documents: [JSONNode] = []
    while reader.skipSpace() { documents.append(try reader.value()) }
    return documents
  }
}

extension JSONNode {
  struct Malformed: Error { let at: Int }

  fileprivate struct Reader {
    let bytes: [UInt8]
    var at = 0

    private var malformed: Malformed { Malformed(at: at) }

    /// Whether something follows.
    mutating func skipSpace() -> Bool {
      while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
      return at < bytes.count
    }

    private mutating func next() throws -> UInt8 {
      guard at < bytes.count else { throw malformed }
      at += 1
      return bytes[at - 1]
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard skipSpace(), bytes[at] == byte else { return false }
      at += 1
      return true
    }

    private mutating func expect(_ text: String) throws {
      for byte in text.utf8 { guard try next() == byte else { throw malformed } }
    }

    mutating func value() throws -> JSONNode {
      guard skipSpace() else { throw malformed }
      switch bytes[at] {
      case UInt8(ascii: "{"): return .object(try list(UInt8(ascii: "}")) { try $0.member() })
      case UInt8(ascii: "["): return .array(try list(UInt8(ascii: "]")) { try $0.value() })
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "n"):
        try expect("null")
        return .null
      case UInt8(ascii: "t"):
        try expect("true")
        return .bool(true)
      case UInt8(ascii: "f"):
        try expect("false")
        return .bool(false)
      default: return .number(try number())
      }
    }

    private mutating func list<Element>(_ end: UInt8, _ element: (inout Reader) throws -> Element) throws -> [Element] {
      at += 1
      var elements: [Element] = []
      if take(end) { return elements }
      repeat { elements.append(try element(&self)) } while take(UInt8(ascii: ","))
      guard take(end) else { throw malformed }
      return elements
    }

    private mutating func member() throws -> Member {
      guard skipSpace(), bytes[at] == UInt8(ascii: "\"") else { throw malformed }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw malformed }
      return Member(name: name, value: try value())
    }

    private mutating func number() throws -> Double {
      let start = at
      while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
      guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)) else { throw malformed }
      return number
    }

    private mutating func string() throws -> String {
      at += 1
      var text: [UInt16] = []
      while true {
        let byte = try next()
        if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF16.self) }
        // The tool writes printable ASCII and nothing else.
        guard (0x20...0x7E).contains(byte) else { throw malformed }
        text.append(byte == UInt8(ascii: "\\") ? try escape() : UInt16(byte))
      }
    }

    private mutating func escape() throws -> UInt16 {
      switch try next() {
      case UInt8(ascii: "n"): return 0x0A
      case UInt8(ascii: "r"): return 0x0D
      case UInt8(ascii: "t"): return 0x09
      case UInt8(ascii: "b"): return 0x08
      case UInt8(ascii: "f"): return 0x0C
      case UInt8(ascii: "u"):
        let digits = String(decoding: [try next(), try next(), try next(), try next()], as: UTF8.self)
        guard let unit = UInt16(digits, radix: 16) else { throw malformed }
        return unit
      case let byte where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
        return UInt16(byte)
      default: throw malformed
      }
    }
  }
}
