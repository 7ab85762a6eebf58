/// A command printed ready to paste.
public struct ShellCommand: Equatable, Sendable, CustomStringConvertible {
  /// The words after quoting.
  private var words: [String]

  /// A command of the tool with what follows the command's name: `ShellCommand("repair", "plan").path(file)`.
  public init(_ words: String...) {
    self.words = [Diagnostics.tool] + words.map { Escape.shell($0) }
  }

  /// With more words.
  public func word(_ word: String) -> ShellCommand {
    var copy = self
    copy.words.append(Escape.shell(word))
    return copy
  }

  /// With a path: never taken for an option.
  public func path(_ path: String) -> ShellCommand {
    var copy = self
    copy.words.append(Escape.shellPath(path))
    return copy
  }

  public var description: String {
    words.joined(separator: " ")
  }
}
