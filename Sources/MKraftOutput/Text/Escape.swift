/// Makes bytes from outside harmless before they reach a terminal or a shell.
///
/// Printable ASCII is kept, every other byte becomes `\xNN`: control sequences, line breaks, and whatever reorders or
/// hides text beyond ASCII.
public enum Escape {
  /// Also escapes the quote and the backslash, so that different bytes never look the same.
  public static func text(_ bytes: Span<UInt8>) -> String {
    let sink = ByteSink.memory()
    sink.writeEscaped(bytes)
    return sink.text
  }

  /// Also escapes the quote and the backslash, so that different texts never look the same.
  public static func text(_ text: String) -> String {
    Self.text(text.utf8.span)
  }

  /// A word of a shell command, quoted only if it needs to be.
  ///
  /// Bytes that a terminal would not show are written as octal escapes in `$'...'` (bash, zsh, ksh and POSIX of 2024).
  /// A byte of zero cannot be in a path.
  public static func shell(_ word: String) -> String {
    shell(word.utf8.span)
  }

  /// A word of a shell command, quoted only if it needs to be.
  public static func shell(_ word: Span<UInt8>) -> String {
    let sink = ByteSink.memory()
    sink.writeShellWord(word)
    return sink.text
  }

  /// A path as a word of a shell command: a name like an option gets `./` before it.
  public static func shellPath(_ path: String) -> String {
    shell(path.utf8.first == Ascii.minus ? "./" + path : path)
  }
}
