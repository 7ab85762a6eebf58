extension ByteSink {
  /// Writes the inside of a JSON string in printable ASCII. Ill-formed UTF-8 becomes U+FFFD.
  func writeJSONEscaped(_ bytes: Span<UInt8>) {
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if Ascii.printable.contains(byte), byte != Ascii.quote, byte != Ascii.backslash {
        index += 1
        continue
      }
      write(bytes.extracting(start..<index))
      index += writeJSONEscape(of: bytes, at: index)
      start = index
    }
    write(bytes.extracting(start..<index))
  }

  /// Writes what stands for the character at `index`; returns how many bytes it covers, at least 1.
  private func writeJSONEscape(of bytes: Span<UInt8>, at index: Int) -> Int {
    let byte = bytes[index]
    switch byte {
    case Ascii.quote, Ascii.backslash:
      write(Ascii.backslash)
      write(byte)
    case 0x08: write("\\b")
    case 0x09: write("\\t")
    case 0x0A: write("\\n")
    case 0x0C: write("\\f")
    case 0x0D: write("\\r")
    case ..<0x80: writeUnicodeEscape(UInt32(byte))
    default:
      let character = UTF8Character(of: bytes, at: index)
      writeScalar(character.scalar)
      return character.byteCount
    }
    return 1
  }

  /// Scalars beyond 16 bits are written as a pair of surrogates.
  private func writeScalar(_ scalar: UInt32) {
    guard scalar > 0xFFFF else {
      writeUnicodeEscape(scalar)
      return
    }
    let offset = scalar - 0x10000
    writeUnicodeEscape(0xD800 + (offset >> 10))
    writeUnicodeEscape(0xDC00 + (offset & 0x3FF))
  }

  private func writeUnicodeEscape(_ unit: UInt32) {
    write("\\u")
    writeHex(UInt64(unit), digits: 4)
  }
}
