/// Writes JSON as it goes, without building it first.
///
/// The output is printable ASCII: everything else in a string is escaped as `\uXXXX`, so that JSON is as safe on a
/// terminal as text is. 64-bit and wider integers are strings, since readers in other languages hold numbers as
/// doubles. Each complete value at the top is followed by a newline. Wrong nesting is a programmer's error and stops
/// the process.
public final class JSONWriter {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// Two spaces a level; one document.
    case pretty
    /// No white space; any number of documents, one a line.
    case compact
  }

  /// Most objects and arrays open at a time.
  public static let maxDepth = 32

  /// Where the text goes. Text written here while a value is open becomes part of it.
  public let sink: ByteSink
  private let layout: Layout
  private var depth = 0
  /// Bit d: the container at depth d + 1 is an object.
  private var objects: UInt32 = 0
  /// Bit d: the container at depth d + 1 has a member.
  private var filled: UInt32 = 0
  private var awaitsValue = false
  private var isUsed = false

  /// Writes to `sink`, which the owner flushes.
  public init(_ sink: ByteSink, layout: Layout) {
    self.sink = sink
    self.layout = layout
  }

  /// True when no object or array is open.
  public var isComplete: Bool { depth == 0 }

  // MARK: Containers

  /// Opens an object.
  public func beginObject() {
    open(Ascii.openBrace, isObject: true)
  }

  /// Closes the object that was opened last.
  public func endObject() {
    precondition(depth > 0 && isInObject, "no object is open here")
    close(Ascii.closeBrace)
  }

  /// Opens an array.
  public func beginArray() {
    open(Ascii.openBracket, isObject: false)
  }

  /// Closes the array that was opened last.
  public func endArray() {
    precondition(depth > 0 && !isInObject, "no array is open here")
    close(Ascii.closeBracket)
  }

  /// Writes a member's name; its value must follow.
  public func key(_ name: StaticString) {
    precondition(name.hasPointerRepresentation, "a name is a literal of text")
    key(unsafe Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// Writes a member's name; its value must follow.
  @_disfavoredOverload
  public func key(_ name: String) {
    key(name.utf8.span)
  }

  private func key(_ name: Span<UInt8>) {
    precondition(depth > 0 && isInObject && !awaitsValue, "a name stands in an object, before its value")
    separate()
    writeQuoted(name)
    sink.write(Ascii.colon)
    if layout == .pretty { sink.write(Ascii.space) }
    awaitsValue = true
  }

  // MARK: Values

  /// Writes `null`.
  public func null() {
    beginValue()
    sink.write("null")
    endValue()
  }

  /// Writes `true` or `false`.
  public func bool(_ value: Bool) {
    beginValue()
    if value { sink.write("true") } else { sink.write("false") }
    endValue()
  }

  /// Writes a number. For counts and indices of the program's own; what is 64 bits wide in a structure is a decimal
  /// string.
  public func number(_ value: Int) {
    beginValue()
    sink.writeDecimal(value)
    endValue()
  }

  /// Writes a number, or `null` if it is infinite or not a number.
  public func number(_ value: Double) {
    guard value.isFinite else {
      null()
      return
    }
    beginValue()
    sink.write(value.description)
    endValue()
  }

  /// Writes a decimal number as a string.
  public func decimal(_ value: UInt64) {
    beginString()
    sink.writeDecimal(value)
    endString()
  }

  /// Writes a decimal number as a string.
  public func decimal(_ value: UInt128) {
    beginString()
    sink.writeDecimal(value)
    endString()
  }

  /// Writes a decimal number with its sign as a string.
  public func decimal(_ value: Int64) {
    beginString()
    sink.writeDecimal(Int(value))
    endString()
  }

  /// Writes a checksum or an id as a string of 32 lower-case hexadecimal digits.
  public func hex(_ value: UInt128) {
    beginString()
    sink.writeHex(value)
    endString()
  }

  /// Writes bytes as a string of lower-case hexadecimal digits.
  public func hex(_ bytes: Span<UInt8>) {
    beginString()
    sink.writeHex(bytes)
    endString()
  }

  /// Writes a text.
  public func string(_ text: String) {
    string(utf8: text.utf8.span)
  }

  /// Writes bytes that should be UTF-8; every ill-formed sequence becomes U+FFFD. What must be exact is written as
  /// `hex`.
  public func string(utf8 bytes: Span<UInt8>) {
    beginValue()
    writeQuoted(bytes)
    endValue()
  }

  // MARK: Nesting

  private var isInObject: Bool { objects & (1 << UInt32(depth - 1)) != 0 }

  private func open(_ bracket: UInt8, isObject: Bool) {
    precondition(depth < Self.maxDepth, "JSON is nested deeper than JSONWriter.maxDepth")
    beginValue()
    let bit: UInt32 = 1 << UInt32(depth)
    objects = isObject ? objects | bit : objects & ~bit
    filled &= ~bit
    depth += 1
    sink.write(bracket)
  }

  private func close(_ bracket: UInt8) {
    precondition(!awaitsValue, "a name is without its value")
    depth -= 1
    if filled & (1 << UInt32(depth)) != 0, layout == .pretty { breakLine() }
    sink.write(bracket)
    endValue()
  }

  private func beginValue() {
    guard depth > 0 else {
      precondition(layout == .compact || !isUsed, "a pretty text is one document")
      isUsed = true
      return
    }
    if isInObject {
      precondition(awaitsValue, "a value in an object needs a name")
      awaitsValue = false
    } else {
      separate()
    }
  }

  private func endValue() {
    if depth == 0 { sink.write(Ascii.newline) }
  }

  private func beginString() {
    beginValue()
    sink.write(Ascii.quote)
  }

  private func endString() {
    sink.write(Ascii.quote)
    endValue()
  }

  private func separate() {
    let bit: UInt32 = 1 << UInt32(depth - 1)
    if filled & bit != 0 { sink.write(Ascii.comma) }
    filled |= bit
    if layout == .pretty { breakLine() }
  }

  private func breakLine() {
    sink.write(Ascii.newline)
    sink.write(Ascii.space, count: 2 * depth)
  }

  private func writeQuoted(_ bytes: Span<UInt8>) {
    sink.write(Ascii.quote)
    sink.writeJSONEscaped(bytes)
    sink.write(Ascii.quote)
  }
}
