internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// What `hexdump` shows.
struct HexdumpPage {
  static let schema = JSONSchema("mkraft-ctl-hexdump", version: 1)
  /// Bytes of a line.
  static let lineLength = 16

  let file: ExaminedFile
  let dump: StructureDump

  func render(on console: Console) {
    guard let layout = console.format.layout else { return writeText(to: console.out, console.style) }
    let json = JSONWriter(console.out, layout: layout)
    json.document(HexdumpPage.schema, toolVersion: FormatVersion.tool) { write(to: json) }
    console.markAnswered()
  }

  /// The command that tells what a replica makes of it.
  var next: ShellCommand {
    let words: (String, String) =
      switch dump.target {
      case .superblock(let copy): ("--superblock", "\(copy)")
      case .header(let slot), .prepare(let slot): ("--slot", "\(slot)")
      case .reply(let slot): ("--reply", "\(slot)")
      case .block(let address): ("--block", "\(address)")
      }
    return ShellCommand("explain", words.0, words.1).path(file.path.string)
  }

  var exitCode: ExitCode { dump.isWhole ? .sound : .incomplete }

  /// Bytes of the structure that are not shown because of the limit.
  var hiddenCount: Int { dump.bytes.count - dump.limit }

  // MARK: JSON

  private func write(to json: JSONWriter) {
    json.file(file)
    json.field("structure", dump.target.title)
    json.field("offset", dump.range.lowerBound)
    json.field("byte_count", dump.bytes.count)
    json.field("present", dump.presentCount)
    json.field("shown", dump.limit)
    json.array("gaps") {
      for gap in dump.gaps {
        json.object {
          json.field("offset", gap.range.lowerBound)
          json.field("byte_count", gap.range.count)
          json.field("reason", gap.reason)
        }
      }
    }
    json.field("defect", dump.defect)
    json.array("checksums") { for checksum in dump.checksums { json.object { write(checksum, to: json) } } }
    json.array("fields") { for field in dump.fields { json.object { write(field, to: json) } } }
    json.field("next", next.description)
    json.field("scope", [] as [String])
    json.field("exit", exitCode)
  }

  private func write(_ checksum: ChecksumCoverage, to json: JSONWriter) {
    json.field("name", checksum.name)
    json.field("offset", checksum.offset)
    json.field("kind", checksum.kind.name)
    json.field("covers_offset", checksum.covered?.lowerBound)
    json.field("covers_byte_count", checksum.covered?.count)
    json.field("expected", hex: checksum.stored)
    json.field("actual", hex: checksum.computed)
    json.field("state", checksum.state.rawValue)
  }

  private func write(_ field: DumpField, to json: JSONWriter) {
    let shown = field.range.lowerBound..<min(field.range.upperBound, dump.limit)
    json.field("name", field.name)
    json.field("offset", field.range.lowerBound)
    json.field("byte_count", field.range.count)
    json.field("meaning", field.meaning)
    let isPresent = shown.allSatisfy(dump.isPresent)
    json.key("hex")
    if isPresent { json.hex(dump.bytes.span.extracting(shown)) } else { json.null() }
    json.field("is_whole", shown.count == field.range.count && isPresent)
    json.key("value")
    guard let value = dump.value(of: field) else { return json.null() }
    value.write(to: json, size: field.range.count)
    if case .named(_, let name) = value { json.field("value_name", name) }
  }
}
