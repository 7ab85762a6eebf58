internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput

extension FieldValue {
  /// Writes the value for people.
  func write(to sink: ByteSink) {
    switch self {
    case .number(let number): sink.writeDecimal(number)
    case .byteCount(let bytes):
      sink.write("\(bytes) B")
      let readable = ByteCount(bytes).description
      if readable != "\(bytes) B" { sink.write(" (\(readable))") }
    case .identifier(0): sink.write("none (0)")
    case .identifier(let identifier): sink.writeHex(identifier)
    case .release(let release): sink.write(FieldValue.words(release))
    case .flag(let flag): sink.write(flag == 0 ? "no (0)" : flag == 1 ? "yes (1)" : "neither yes nor no (\(flag))")
    case .time(let time):
      sink.writeDecimal(time)
      sink.write(" (")
      sink.writeTime(time)
      sink.write(")")
    case .named(let number, let name): sink.write("\(name) (\(number))")
    case .mask(let mask):
      sink.write("0x")
      sink.writeHex(mask, digits: 16)
    case .text(let bytes): sink.writeEscaped(bytes.span)
    case .zero(0): sink.write("zero")
    case .zero(let count): sink.write("not zero: \(count) bytes")
    case .bytes(let count): sink.write("\(count) bytes")
    }
  }

  /// Writes the value for people, as short as it can be told.
  func writeBrief(to sink: ByteSink) {
    switch self {
    case .number(let number), .byteCount(let number), .flag(let number), .time(let number): sink.writeDecimal(number)
    case .identifier(0): sink.write("0")
    case .identifier, .release, .named, .mask, .text, .zero, .bytes: write(to: sink)
    }
  }

  /// Writes the value for machines: numbers of up to 32 bits as such, wider ones as strings.
  func write(to json: JSONWriter, size: Int) {
    switch self {
    case .number(let number), .byteCount(let number), .flag(let number), .time(let number), .named(let number, _):
      if size <= 4 { json.number(Int(number)) } else { json.decimal(number) }
    case .identifier(let identifier): json.hex(identifier)
    case .release(let release): json.number(Int(release))
    case .mask(let mask): json.decimal(mask)
    case .text(let bytes): json.string(utf8: bytes.span)
    case .zero(let count): json.string(count == 0 ? "zero" : "not-zero")
    case .bytes: json.null()
    }
  }

  private static func words(_ release: UInt32) -> String {
    "\(release >> 16).\(release >> 8 & 0xFF).\(release & 0xFF)"
  }
}
