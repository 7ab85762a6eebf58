internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// Where a command writes: results to standard output, diagnostics and progress to standard error.
final class Console {
  let format: OutputFormat
  /// Results. Flushed at the end.
  let out: ByteSink
  /// Diagnostics and progress.
  let errors: ByteSink
  /// The style of results.
  let style: Style
  let diagnostics: Diagnostics
  private var isAnswered = false

  init(_ options: OutputOptions) {
    format = options.format
    out = ByteSink(.standardOutput)
    errors = ByteSink(.standardError)
    style = options.color.style(for: .standardOutput)
    diagnostics = Diagnostics(errors, style: options.color.style(for: .standardError))
  }

  /// Writes the document if JSON is wanted, else what `text` writes.
  func render(_ schema: JSONSchema, json: (JSONWriter) -> Void, text: (FieldList) -> Void) {
    guard let layout = format.layout else {
      let page = FieldList(to: out, style: style)
      text(page)
      page.finish()
      return
    }
    let writer = JSONWriter(out, layout: layout)
    writer.document(schema, toolVersion: FormatVersion.tool) { json(writer) }
    isAnswered = true
  }

  /// A document was written beside `render`: a later failure writes none.
  func markAnswered() { isAnswered = true }

  /// A bar or lines for long work over bytes, or of steps.
  func progress(
    _ task: String, of unit: Progress.Unit = .bytes, total: UInt64?, _ options: ProgressOptions
  ) -> Progress {
    Progress(
      task, of: unit, total: total, choice: options.progress, sink: errors, terminal: Terminal(of: .standardError))
  }

  /// Says on standard error why there is no result; if JSON is wanted, in a document as well.
  func report(_ failure: Failure) {
    for detail in failure.details { diagnostics.error(detail, of: failure.subject) }
    diagnostics.error(failure.reason, of: failure.subject, next: failure.next)
    guard !isAnswered, format != .text else { return }
    render(.error) { json in
      json.field("exit", failure.code)
      json.field("subject", failure.subject)
      json.field("reason", failure.reason)
      json.field("details", failure.details)
      json.field("next", failure.next?.description)
      json.field("differences", failure.differences)
    } text: { _ in
    }
  }

  /// Writes out what is left and settles the exit code: output that nobody could take makes the result incomplete.
  func finish(_ code: ExitCode) -> ExitCode {
    out.flush()
    errors.flush()
    var code = code
    if out.isClosed { code.raise(to: .incomplete) }
    if let failure = out.failure {
      diagnostics.error("cannot write to standard output: \(failure)")
      code.raise(to: .inputOutput)
    }
    return code
  }
}

extension JSONSchema {
  /// What a command writes that comes to no result.
  static let error = JSONSchema("mkraft-ctl-error", version: 1)
}
