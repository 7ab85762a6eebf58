extension ByteSink {
  /// Writes a text, some of which may come from outside, into HTML, SVG or XML: inside an element or a quoted attribute. What is
  /// not printable ASCII becomes `\xNN`, as on a terminal, for XML allows no control characters.
  public func writeMarkup(_ text: String) {
    let bytes = text.utf8.span
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "&"): write("&amp;")
      case UInt8(ascii: "<"): write("&lt;")
      case UInt8(ascii: ">"): write("&gt;")
      case Ascii.quote: write("&quot;")
      case Ascii.apostrophe: write("&#39;")
      default: writeVisible(bytes[index])
      }
    }
  }
}
