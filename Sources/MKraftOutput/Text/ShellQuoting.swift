/// The least quoting under which a shell takes a word as it is.
enum ShellQuoting {
  case none
  case single
  case octal

  init(of word: Span<UInt8>) {
    var quoting: ShellQuoting = word.isEmpty ? .single : .none
    for index in word.indices {
      guard Ascii.printable.contains(word[index]) else {
        self = .octal
        return
      }
      if !Self.isPlain(word[index]) { quoting = .single }
    }
    self = quoting
  }

  /// Letters, digits and the few signs that mean nothing to any shell anywhere in a word.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "@"), UInt8(ascii: "+"): true
    default: false
    }
  }
}
