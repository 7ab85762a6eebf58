internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// Plans as JSON documents in files.
enum DocumentFile {
  /// Bytes of a document that is read, at most.
  static let byteCountMax = 64 << 20

  /// Creates the file; nothing is ever replaced.
  static func save(
    to path: FilePath, _ schema: JSONSchema, _ write: (JSONWriter) -> Void
  ) throws(Failure) {
    let sink = ByteSink.memory()
    let json = JSONWriter(sink, layout: .pretty)
    json.document(schema, toolVersion: FormatVersion.tool) { write(json) }
    guard sink.failure == nil else { throw Failure(.cannotCreate, "the plan is too long to be saved", of: path.string) }
    let bytes = sink.bytes
    do throws(StorageError) {
      let creation = try DataFileCreation(path)
      let alignment = max(creation.storage.directAlignment, IOBuffer.pageAlignment)
      let buffer = IOBuffer(byteCount: (bytes.count + alignment - 1) / alignment * alignment, alignment: alignment)
      buffer.copy(from: bytes.span)
      try creation.storage.write(buffer.byteCount, at: 0, from: buffer)
      try creation.storage.resize(to: UInt64(bytes.count))
      try creation.commit()
    } catch { throw Failure(output: path, error) }
  }

  /// The document in a file; nil if it is none of this schema.
  static func read(_ file: String, _ schema: JSONSchema) throws(Failure) -> JSONDocument? {
    let examined = try ExaminedFile(file, cached: true)
    guard examined.byteCount > 0, examined.byteCount <= UInt64(byteCountMax) else { return nil }
    let buffer = IOBuffer(byteCount: Int(examined.byteCount))
    let count: Int
    do throws(StorageError) { count = try examined.storage.read(buffer.byteCount, at: 0, into: buffer) } catch {
      throw Failure(.inputOutput, "\(error)", of: file)
    }
    let bytes = [UInt8](copying: buffer.bytes.extracting(0..<count))
    guard let document = JSONDocument(parsing: bytes), document["schema"]?.text == schema.name,
      document["schema_version"]?.integer(Int.self) == schema.version
    else { return nil }
    return document
  }
}

extension JSONDocument {
  /// A checksum or an id.
  var hex: UInt128? { text.flatMap { UInt128(hex: $0) } }
}
