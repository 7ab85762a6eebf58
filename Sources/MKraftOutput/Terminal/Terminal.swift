import Glibc
public import SystemPackage

/// What is at the other end of a descriptor.
public struct Terminal: Equatable, Sendable {
  /// Columns assumed when the terminal does not say.
  public static let defaultColumns = 80

  /// True for a terminal that understands control sequences.
  public let isInteractive: Bool
  /// Width in characters.
  public let columns: Int

  public init(isInteractive: Bool, columns: Int = defaultColumns) {
    self.isInteractive = isInteractive
    self.columns = columns
  }

  /// Asks the system. A terminal that calls itself dumb is not interactive.
  public init(of descriptor: FileDescriptor) {
    let isTerminal = isatty(descriptor.rawValue) == 1 && environment("TERM") != "dumb"
    self.init(isInteractive: isTerminal, columns: isTerminal ? Self.columns(of: descriptor) : Self.defaultColumns)
  }

  private static func columns(of descriptor: FileDescriptor) -> Int {
    var size = winsize()
    let result = unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size)
    return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : defaultColumns
  }
}

/// A variable of the environment. Read before threads start: setenv elsewhere would race with it.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}
