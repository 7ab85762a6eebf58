/// What goes wrong, on standard error: `mkraft-ctl: SUBJECT: reason`, and perhaps the exact next command on a line of
/// its own.
public struct Diagnostics {
  /// The name that every line begins with.
  public static let tool = "mkraft-ctl"

  private let sink: ByteSink
  private let style: Style

  public init(_ sink: ByteSink, style: Style = .plain) {
    self.sink = sink
    self.style = style
  }

  /// An error: what it is about (a path or an address, from outside and escaped here), the reason, what to do next.
  public func error(_ reason: String, of subject: String? = nil, next: ShellCommand? = nil) {
    write(.red, subject, reason, next)
  }

  /// Something to know that changes no verdict.
  public func warning(_ reason: String, of subject: String? = nil, next: ShellCommand? = nil) {
    write(.yellow, subject, "warning: " + reason, next)
  }

  private func write(_ tone: Tone, _ subject: String?, _ reason: String, _ next: ShellCommand?) {
    style.write(Self.tool + ":", tone, to: sink)
    sink.write(Ascii.space)
    if let subject {
      sink.writeEscaped(subject)
      sink.write(": ")
    }
    sink.writeVisible(reason)
    sink.write(Ascii.newline)
    if let next {
      sink.write("next: ")
      sink.write(next.description)
      sink.write(Ascii.newline)
    }
    sink.flush()
  }
}
