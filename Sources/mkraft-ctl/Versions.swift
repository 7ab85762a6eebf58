internal import MKraftBuildInfo
internal import MKraftFormat
internal import MKraftOutput

/// What `--version` prints.
struct Versions {
  static let schema = JSONSchema("mkraft-ctl-version", version: 1)
  static let current = Versions()

  let tool = FormatVersion.tool
  let commit = BuildInfo.commit
  let dataFile = FormatVersion.dataFile
  let wireProtocol = FormatVersion.protocolVersion

  func render(on console: Console) {
    console.render(Versions.schema) { json in
      json.field("commit", commit)
      json.field("data_file_format", dataFile)
      json.field("protocol", wireProtocol)
    } text: { page in
      page.field(Diagnostics.tool, tool)
      page.field("commit", commit)
      page.field("data file format", decimal: UInt64(dataFile))
      page.field("protocol", decimal: UInt64(wireProtocol))
    }
  }
}
