internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// What `inspect-superblock` shows.
struct SuperblockPage {
  static let schema = JSONSchema("mkraft-ctl-superblock", version: 1)

  let file: ExaminedFile
  let inspection: SuperblockInspection
  /// Indices of the places that each block of fields compares.
  let selections: [[Int]]
  let explains: Bool
  /// Whether JSON carries the bytes of each place.
  let wantsRaw: Bool
  let findings: [Finding]

  var path: String { file.path.string }
  var exitCode: ExitCode { ExitCode.worst(findings.map(\.exitCode)) ?? .sound }

  func render(on console: Console) {
    if let layout = console.format.layout {
      let json = JSONWriter(console.out, layout: layout)
      json.document(SuperblockPage.schema, toolVersion: FormatVersion.tool) { write(to: json) }
    } else {
      write(to: console.out, console.style)
    }
  }

  /// How a place is called: the copy whose home it is, else its offset.
  func label(_ index: Int) -> String {
    inspection.places[index].home.map { "copy \($0)" } ?? "offset \(inspection.places[index].offset)"
  }
}
