internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// What `image` says of what it made.
struct ImageReport {
  static let schema = JSONSchema("mkraft-ctl-image", version: 1)

  let file: ExaminedFile
  let path: String
  let image: String
  let summary: ImageWriter.Summary

  func render(on console: Console) {
    console.render(ImageReport.schema) { json in
      json.field("path", path)
      json.field("read_mode", file.storage.readMode.rawValue)
      json.field("locked_by", file.lockHolder?.description)
      json.field("image", image)
      json.field("redacted", summary.isRedacted)
      json.field("file_size", summary.dataByteCount)
      json.field("image_size", summary.imageByteCount)
      json.field("recorded_checksums", summary.recordedChecksums)
      json.field("unreadable", summary.unreadable)
      json.field("steady", summary.isSteady)
      json.array("left_out") {
        for reason in ImageRedactions.Reason.allCases where summary.redacted[reason] > 0 {
          json.object {
            json.field("what", reason.rawValue)
            json.field("byte_count", summary.redacted[reason])
          }
        }
      }
      json.field("next", next.description)
      json.field("exit", exitCode)
    } text: { page in
      page.heading(Escape.text(image))
      page.field("image of", Escape.text(path), note: ByteCount(summary.dataByteCount).description)
      page.field("size", ByteCount(summary.imageByteCount).description, note: "\(summary.imageByteCount) bytes")
      if let holder = file.lockHolder {
        page.field("in use by", Escape.text(holder.description), note: "it is judged as a file in use", .yellow)
      }
      if !summary.isSteady {
        page.field(
          "unsteady", "the superblock changed each of \(ImageWriter.passesMax) times that the file was read",
          note: "no verdict follows from this image; make it again when less is written", .yellow)
      }
      if summary.unreadable > 0 {
        page.field("unreadable", ByteCount(summary.unreadable).description, note: "and unreadable in the image", .red)
      }
      writeRedactions(to: page)
      page.heading("next: look at it as at the file, and send it")
      page.field(next.description, "")
    }
  }

  var exitCode: ExitCode { summary.isSteady ? .sound : .incomplete }

  private var next: ShellCommand { ShellCommand("verify-checksums").path(image) }

  private func writeRedactions(to page: FieldList) {
    guard summary.isRedacted else {
      return page.field(
        "left out", "nothing", note: "keys and values are in it: send it to nobody who may not see them", .yellow)
    }
    for reason in ImageRedactions.Reason.allCases where summary.redacted[reason] > 0 {
      page.field("left out", ByteCount(summary.redacted[reason]).description, note: reason.words)
    }
    if summary.redacted.total == 0 {
      page.field("left out", "nothing", note: "there are no keys and values in the file")
    }
    page.field("recorded", "\(summary.recordedChecksums) checksums", note: "of structures of which bytes were left out")
  }
}
