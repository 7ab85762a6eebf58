/// How results are rendered: `--output`.
public enum OutputFormat: String, CaseIterable, Sendable, JSONValue {
  /// For people.
  case text
  /// One pretty document.
  case json
  /// One compact document a line.
  case ndjson

  /// The layout of JSON, nothing for text.
  public var layout: JSONWriter.Layout? {
    switch self {
    case .text: nil
    case .json: .pretty
    case .ndjson: .compact
    }
  }
}
