internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// What `diff` says.
struct DiffPage {
  static let schema = JSONSchema("mkraft-ctl-diff", version: 1)

  let paths: [String]
  let files: [ExaminedFile]
  let comparison: ReplicaComparison

  var exitCode: ExitCode { comparison.exitCode }

  func render(on console: Console) {
    if let layout = console.format.layout {
      let json = JSONWriter(console.out, layout: layout)
      json.document(DiffPage.schema, toolVersion: FormatVersion.tool) { write(to: json) }
      console.markAnswered()
    } else {
      write(to: console.out, console.style)
    }
  }

  /// How a file is called on the page: A, B, and so on.
  func label(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index)))
  }

  /// The command that tells more.
  var next: ShellCommand? {
    if let damaged = comparison.replicas.firstIndex(where: { $0.report.verdict.exitCode != .sound }) {
      return ShellCommand("status").path(paths[damaged])
    }
    guard comparison.kind != .changing, let divergence = comparison.log?.divergence,
      let first = divergence.branches.firstIndex(where: { $0 != nil })
    else { return nil }
    return ShellCommand("dump-wal", "--op", "\(divergence.op)..\(divergence.op)").path(paths[first])
  }
}
