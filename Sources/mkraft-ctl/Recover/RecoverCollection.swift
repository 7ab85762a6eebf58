internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// What `recover collect` says of the evidence.
struct RecoverCollection {
  static let schema = JSONSchema("mkraft-ctl-recover-collect", version: 1)

  let files: [String]
  let summaries: [ImageWriter.Summary]
  let path: FilePath
  /// The verdict on what could be made of it.
  let code: ExitCode
  /// Why nothing could.
  let reason: String?
  /// Whether an older copy of the file is what is missing.
  let isCopyNeeded: Bool

  func render(on console: Console) {
    console.render(RecoverCollection.schema) { json in
      json.field("path", path)
      json.array("files") {
        for (file, summary) in zip(files, summaries) {
          json.object {
            json.field("path", file)
            json.field("file_size", summary.dataByteCount)
            json.field("image_size", summary.imageByteCount)
            json.field("redacted", summary.isRedacted)
            json.field("unreadable", summary.unreadable)
            json.field("steady", summary.isSteady)
          }
        }
      }
      json.field("reason", reason)
      json.field("next", next.description)
      json.field("exit", code)
    } text: { page in
      page.heading("evidence: \(Escape.text(path.string))")
      page.field("verdict", "\(code.name) (\(code.number))", note: reason ?? code.meaning, code.tone)
      for (file, summary) in zip(files, summaries) {
        var note = "\(ByteCount(summary.dataByteCount)), here \(ByteCount(summary.imageByteCount))"
        if summary.unreadable > 0 { note += "; \(ByteCount(summary.unreadable)) unreadable" }
        if !summary.isRedacted { note += "; with keys and values" }
        page.field("file") { $0.writeEscaped(file) }
        page.field("", "", note: note)
        if !summary.isSteady {
          page.field(
            "unsteady", "the superblock changed each of \(ImageWriter.passesMax) times that the file was read",
            note: "no plan follows from this evidence; collect it again when less is written", .yellow)
        }
      }
      page.heading("next: \(step)")
      page.field(next.description, "")
    }
  }

  private var step: String {
    if !isSteady { return "collect it again when less is written, or when the replica is stopped" }
    if isCopyNeeded { return "plan the recovery with an older copy of the file, whose path goes at the end" }
    return reason == nil ? "plan the recovery" : "see to what stands in the way, then plan the recovery"
  }

  /// Whether every file held still while it was read.
  private var isSteady: Bool { summaries.allSatisfy(\.isSteady) }

  private var next: ShellCommand {
    guard isSteady else { return again }
    let plan = ShellCommand("recover", "plan", "--to").path(path.string + ".recovery").path(path.string)
    return isCopyNeeded ? plan.word("OLDER-COPY") : plan
  }

  /// What was asked for, into another file.
  private var again: ShellCommand {
    var collect = ShellCommand("recover", "collect")
    if summaries.contains(where: { !$0.isRedacted }) { collect = collect.word("--with-payloads") }
    collect = collect.word("--to").path(UndoLogFile.freeName(path).string)
    return files.reduce(collect) { $0.path($1) }
  }
}
