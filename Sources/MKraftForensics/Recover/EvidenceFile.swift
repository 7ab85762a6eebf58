internal import MKraftFormat
public import MKraftStorage

/// Evidence: images of several data files in one file, with the path of each, so that recovery can be planned elsewhere.
///
///     | header 65536 | image | image | ... |
///
/// The header holds the magic, the checksum of the rest of it, a count, and an entry for each file; all integers are little-endian.
/// Each image begins at a multiple of 65536 bytes and is one as `image` makes it, with checksums of its own for its header, its index
/// and every piece. Between the images lies nothing.
public enum EvidenceFile {
  static let headerByteCount = 65536
  static let version: UInt32 = 1
  static let filesMax = 32
  static let pathLimit = 1024
  /// No structure of a data file, and nothing in an image, has this seed.
  static let seed: UInt64 = 0x6D6B_7261_6674_0200
  /// ASCII "mkraft-evidence", and a zero.
  static let magic: [UInt8] = Array("mkraft-evidence".utf8) + [0]

  enum Layout {
    static let checksum = Field<UInt128>("checksum", at: 16, "of bytes 32 to 65535")
    static let version = Field<UInt32>("version", at: 32, "1")
    static let count = Field<UInt32>("count", at: 36, "files")
    static let entries = 64
    static let entryByteCount = 1536
    static let offset = Field<UInt64>("offset", at: 0, "where its image begins")
    static let byteCount = Field<UInt64>("byte_count", at: 8, "bytes of the image")
    static let pathSize = Field<UInt32>("path_size", at: 16, "bytes of the path")
    static let path = 32
  }

  /// A file of which there is evidence.
  public struct Part: Sendable {
    /// As it was named when the evidence was collected, from the root.
    public let path: String
    public let image: ImageStorage

    /// Reads all of the image. Until then only the header and the images' indexes are known to be whole, and a damaged piece would
    /// pass for damage of the data file.
    /// - Parameter progress: called with the bytes of the data file gone through.
    public func checkPieces(progress: (UInt64) -> Void = { _ in }) throws(Defect) {
      do throws(ImageDefect) { try image.checkPieces(progress: progress) } catch {
        throw .image(path: path, error)
      }
    }
  }

  public enum Defect: Error, Sendable, Equatable {
    case header
    case versionUnknown(UInt32)
    case image(path: String, ImageDefect)
    case tooManyFiles
    case pathTooLong(String)
    /// A data file is too large for an image.
    case fileTooLarge(String)
    case output(StorageError)
  }

  // MARK: Reading

  /// The parts of an evidence file; nil if the file is none. `Part.checkPieces` is to be called on each before anything is
  /// concluded from it.
  public static func open(_ file: any Storage) throws(Defect) -> [Part]? {
    let buffer = IOBuffer(byteCount: headerByteCount)
    guard let count = try? file.read(buffer.byteCount, at: 0, into: buffer), count >= magic.count else { return nil }
    let bytes = buffer.bytes
    let isNamed = magic.indices.allSatisfy { buffer.bytes.load(fromByteOffset: $0, as: UInt8.self) == magic[$0] }
    let isSealed =
      count == headerByteCount
      && Checksum.of(bytes.extracting(32..<headerByteCount), seed: seed) == bytes.load(Layout.checksum)
    // Also with a wrong magic: taken for a data file it would look like one that is lost.
    guard isNamed || isSealed else { return nil }
    guard isNamed, isSealed else { throw .header }
    guard bytes.load(Layout.version) == version else { throw .versionUnknown(bytes.load(Layout.version)) }
    guard (1...UInt32(filesMax)).contains(bytes.load(Layout.count)) else { throw .header }
    var parts: [Part] = []
    for index in 0..<Int(bytes.load(Layout.count)) { parts.append(try part(index, buffer, file)) }
    return parts
  }

  private static func part(_ index: Int, _ buffer: IOBuffer, _ file: any Storage) throws(Defect) -> Part {
    let base = Layout.entries + index * Layout.entryByteCount
    let bytes = buffer.bytes
    let size = Int(bytes.load(Layout.pathSize, base: base))
    let (offset, byteCount) = (bytes.load(Layout.offset, base: base), bytes.load(Layout.byteCount, base: base))
    guard size <= pathLimit, offset >= UInt64(headerByteCount), offset <= 1 << 62 else { throw .header }
    let name = [UInt8](copying: bytes.extracting(base + Layout.path..<base + Layout.path + size))
    let path = String(decoding: name, as: UTF8.self)
    do throws(ImageDefect) {
      guard let image = try ImageStorage.open(WindowStorage(file, from: offset, limit: byteCount)) else {
        throw .header
      }
      return Part(path: path, image: image)
    } catch { throw .image(path: path, error) }
  }

  // MARK: Writing

  /// A file to collect evidence of.
  public struct Subject: Sendable {
    let path: String
    let storage: any Storage
    let options: ImageWriter.Options

    /// - Parameter path: from the root.
    public init(_ path: String, _ storage: any Storage, _ options: ImageWriter.Options) {
      self.path = path
      self.storage = storage
      self.options = options
    }
  }

  /// Writes evidence of the files to an empty file, its header last.
  /// - Parameter progress: called with the bytes of data files gone through.
  public static func write(
    _ subjects: [Subject], to target: any Storage, progress: (UInt64) -> Void = { _ in }
  ) throws(Defect) -> [ImageWriter.Summary] {
    guard (1...filesMax).contains(subjects.count) else { throw .tooManyFiles }
    let header = IOBuffer(byteCount: headerByteCount, alignment: IOBuffer.alignmentMax)
    var summaries: [ImageWriter.Summary] = []
    var position = UInt64(headerByteCount)
    var done: UInt64 = 0
    for (index, subject) in subjects.enumerated() {
      guard subject.path.utf8.count <= pathLimit else { throw .pathTooLong(subject.path) }
      let window = WindowStorage(target, from: position)
      do throws(ImageWriter.Failure) {
        let summary = try ImageWriter.write(subject.storage, to: window, subject.options) { part, _ in
          progress(done + part)
        }
        summaries.append(summary)
      } catch {
        switch error {
        case .tooLarge: throw .fileTooLarge(subject.path)
        case .output(let cause): throw .output(cause)
        }
      }
      let byteCount = summaries[index].imageByteCount
      put(subject.path, at: position, byteCount, index, into: header)
      position += (byteCount + UInt64(headerByteCount) - 1) / UInt64(headerByteCount) * UInt64(headerByteCount)
      done += subject.storage.byteCount
    }
    try finish(header, count: subjects.count, target)
    return summaries
  }

  private static func put(
    _ path: String, at position: UInt64, _ byteCount: UInt64, _ index: Int, into header: IOBuffer
  ) {
    let base = Layout.entries + index * Layout.entryByteCount
    let name = Array(path.utf8)
    var bytes = header.mutableBytes
    bytes.store(position, Layout.offset, base: base)
    bytes.store(byteCount, Layout.byteCount, base: base)
    bytes.store(UInt32(name.count), Layout.pathSize, base: base)
    header.copy(from: name.rawSpan, at: base + Layout.path)
  }

  private static func finish(_ header: IOBuffer, count: Int, _ target: any Storage) throws(Defect) {
    var bytes = header.mutableBytes
    for (offset, byte) in magic.enumerated() { bytes.store(byte, toByteOffset: offset) }
    bytes.store(version, Layout.version)
    bytes.store(UInt32(count), Layout.count)
    bytes.store(Checksum.of(header.bytes.extracting(32..<headerByteCount), seed: seed), Layout.checksum)
    do throws(StorageError) { try target.write(headerByteCount, at: 0, from: header) } catch { throw .output(error) }
  }
}

extension EvidenceFile.Defect {
  /// One line for an operator.
  public var words: String {
    switch self {
    case .header: "it is evidence collected by mkraft-ctl whose header is damaged; collect it again, or copy it again"
    case .versionUnknown(let version): "it is evidence of version \(version), which a newer release collected"
    case .image(let path, .versionUnknown(let version)): "its part on \(path): \(ImageDefect.versionUnknown(version))"
    case .image(let path, let defect):
      "it is evidence collected by mkraft-ctl, and is damaged itself, whatever it was collected of: its part on \(path): \(defect)"
    case .tooManyFiles: "evidence holds 1 to \(EvidenceFile.filesMax) files"
    case .pathTooLong(let path): "the path \(path) has more than \(EvidenceFile.pathLimit) bytes"
    case .fileTooLarge(let path): "\(path) is too large for an image"
    case .output(let error): error.description
    }
  }
}
