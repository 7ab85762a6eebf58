internal import MKraftFormat

/// One line of what `kv batch` reads.
///
/// An operation, then its words, separated by tabs if the line has any after the operation, else by single spaces; the last word
/// reaches to the end of the line. `\xNN` stands for a byte and `\\`, `\"` for themselves, as text output writes them.
struct BatchLine {
  let event: KeyValueEvent

  /// Why a line is not an event.
  struct Defect: Error {
    let reason: String
  }

  /// - Parameter isHex: words are hexadecimal.
  init(_ line: ArraySlice<UInt8>, isHex: Bool) throws(Defect) {
    let blank = line.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? line.endIndex
    let name = String(decoding: line[..<blank], as: UTF8.self)
    let rest = line[blank...].dropFirst()
    switch name {
    case "put":
      let words = try BatchLine.words(rest, 2, "put KEY VALUE", isHex)
      event = .put(key: words[0], value: words[1])
    case "get": event = .get(key: try BatchLine.words(rest, 1, "get KEY", isHex)[0])
    case "delete": event = .delete(key: try BatchLine.words(rest, 1, "delete KEY", isHex)[0])
    case "cas":
      let words = try BatchLine.words(rest, 3, "cas KEY EXPECTED NEW", isHex)
      event = .compareAndSet(key: words[0], expected: words[1], value: words[2])
    case "cas-absent":
      let words = try BatchLine.words(rest, 2, "cas-absent KEY NEW", isHex)
      event = .compareAndSet(key: words[0], expected: nil, value: words[1])
    default: throw Defect(reason: "'\(name)' is none of put, get, delete, cas and cas-absent")
    }
    guard (1...KeyValueBatch.keySizeMax).contains(event.key.count) else {
      throw Defect(reason: "the key has \(event.key.count) bytes; a key has 1 to \(KeyValueBatch.keySizeMax)")
    }
  }

  private static func words(
    _ text: ArraySlice<UInt8>, _ count: Int, _ form: String, _ isHex: Bool
  ) throws(Defect) -> [[UInt8]] {
    let separator = text.contains(UInt8(ascii: "\t")) ? UInt8(ascii: "\t") : UInt8(ascii: " ")
    let parts = text.split(separator: separator, maxSplits: count - 1, omittingEmptySubsequences: false)
    guard parts.count == count else { throw Defect(reason: "the form is: \(form)") }
    var words: [[UInt8]] = []
    for part in parts {
      guard let word = isHex ? Hexadecimal.bytes(of: String(decoding: part, as: UTF8.self)) : unescaped(part) else {
        throw Defect(reason: isHex ? "a word is not hexadecimal" : "a backslash stands before neither xNN, \\ nor \"")
      }
      words.append(word)
    }
    return words
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "\\")) else { return Array(text) }
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      switch escaped {
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes.append(escaped)
      case UInt8(ascii: "x"):
        guard let high = rest.popFirst().flatMap(Hexadecimal.digit),
          let low = rest.popFirst().flatMap(Hexadecimal.digit)
        else { return nil }
        bytes.append(high << 4 | low)
      default: return nil
      }
    }
    return bytes
  }
}
