/// Colour, or none of it. When it is off, nothing but the text is written.
public struct Style: Equatable, Sendable {
  /// Without colour.
  public static let plain = Style(isEnabled: false)

  public let isEnabled: Bool

  public init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  /// Writes a text in a tone.
  public func write(_ text: String, _ tone: Tone, to sink: ByteSink) {
    begin(tone, on: sink)
    sink.write(text)
    end(tone, on: sink)
  }

  /// Begins a tone; `end` with the same one must follow, and tones do not nest.
  public func begin(_ tone: Tone, on sink: ByteSink) {
    guard isEnabled, tone != .plain else { return }
    sink.write(tone.sequence)
  }

  /// Ends a tone.
  public func end(_ tone: Tone, on sink: ByteSink) {
    guard isEnabled, tone != .plain else { return }
    sink.write("\u{1B}[0m")
  }
}
