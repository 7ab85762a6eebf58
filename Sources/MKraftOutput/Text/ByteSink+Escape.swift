extension ByteSink {
  /// Writes bytes from outside: printable ASCII, everything else as `\xNN`, quote and backslash with a backslash.
  public func writeEscaped(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == Ascii.quote || byte == Ascii.backslash { write(Ascii.backslash) }
      writeVisible(byte)
    }
  }

  /// Writes a text from outside like its bytes.
  public func writeEscaped(_ text: String) {
    writeEscaped(text.utf8.span)
  }

  /// Writes a text of the program's own, which may quote some from outside: like `writeEscaped`, but quotes and
  /// backslashes stay as they are.
  public func writeVisible(_ text: String) {
    let bytes = text.utf8.span
    for index in bytes.indices { writeVisible(bytes[index]) }
  }

  func writeVisible(_ byte: UInt8) {
    guard !Ascii.printable.contains(byte) else {
      write(byte)
      return
    }
    write("\\x")
    writeHex(UInt64(byte), digits: 2)
  }

  /// Writes a word of a shell command, see `Escape.shell`.
  func writeShellWord(_ word: Span<UInt8>) {
    switch ShellQuoting(of: word) {
    case .none: write(word)
    case .single: writeSingleQuoted(word)
    case .octal: writeOctalQuoted(word)
    }
  }

  private func writeSingleQuoted(_ word: Span<UInt8>) {
    write(Ascii.apostrophe)
    for index in word.indices {
      if word[index] == Ascii.apostrophe { write("'\\''") } else { write(word[index]) }
    }
    write(Ascii.apostrophe)
  }

  private func writeOctalQuoted(_ word: Span<UInt8>) {
    write("$'")
    for index in word.indices { writeOctalQuoted(word[index]) }
    write(Ascii.apostrophe)
  }

  private func writeOctalQuoted(_ byte: UInt8) {
    if byte == Ascii.apostrophe || byte == Ascii.backslash { write(Ascii.backslash) }
    guard !Ascii.printable.contains(byte) else {
      write(byte)
      return
    }
    write(Ascii.backslash)
    write(Ascii.zero + byte >> 6)
    write(Ascii.zero + byte >> 3 & 7)
    write(Ascii.zero + byte & 7)
  }
}
