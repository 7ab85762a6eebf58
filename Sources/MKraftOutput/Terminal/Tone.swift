/// How a piece of text stands out. Never the only sign of anything: not everybody sees colours.
public enum Tone: CaseIterable, Sendable {
  case plain
  case bold
  case dim
  case red
  case yellow
  case green

  /// The control sequence that begins it.
  var sequence: StaticString {
    switch self {
    case .plain: ""
    case .bold: "\u{1B}[1m"
    case .dim: "\u{1B}[2m"
    case .red: "\u{1B}[31m"
    case .yellow: "\u{1B}[33m"
    case .green: "\u{1B}[32m"
    }
  }
}
