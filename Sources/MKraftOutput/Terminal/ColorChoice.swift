public import SystemPackage

/// When to colour: `--color`.
public enum ColorChoice: String, CaseIterable, Sendable {
  /// On a terminal, unless `NO_COLOR` is set to anything but nothing.
  case auto
  case always
  case never

  /// Decides. What was asked for on the command line outranks `NO_COLOR`.
  public func isEnabled(on terminal: Terminal, noColor: String?) -> Bool {
    switch self {
    case .auto: terminal.isInteractive && (noColor ?? "").isEmpty
    case .always: true
    case .never: false
    }
  }

  /// The style for what goes to a descriptor.
  public func style(for descriptor: FileDescriptor) -> Style {
    Style(isEnabled: isEnabled(on: Terminal(of: descriptor), noColor: environment("NO_COLOR")))
  }
}
