internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

extension JSONWriter {
  /// The members that tell which file was looked at, and how.
  func file(_ file: ExaminedFile) {
    field("path", file.path.string)
    field("file_size", file.byteCount)
    field("read_mode", file.storage.readMode.rawValue)
    field("locked_by", file.lockHolder?.description)
  }
}

extension FieldList {
  /// Which file was looked at, and how.
  func file(_ file: ExaminedFile) {
    field("file") { $0.writeEscaped(file.path.string) }
    field("size", note: "read \(file.storage.readMode.words)") { FieldValue.byteCount(file.byteCount).write(to: $0) }
    if let holder = file.lockHolder { field("in use by") { $0.writeEscaped(holder.description) } }
  }
}
