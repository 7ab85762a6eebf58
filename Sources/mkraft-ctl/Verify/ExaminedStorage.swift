internal import MKraftForensics
internal import MKraftStorage

/// What a file is read through: the file itself, or the image it is.
protocol ExaminedStorage: Storage {
  var readMode: FileStorage.ReadMode { get }
}

extension FileStorage: ExaminedStorage {}

/// The data file that an image was made of.
final class ExaminedImage: ExaminedStorage, StandInStorage {
  let readMode: FileStorage.ReadMode
  let image: ImageStorage

  init(_ image: ImageStorage, _ readMode: FileStorage.ReadMode) {
    self.image = image
    self.readMode = readMode
  }

  var byteCount: UInt64 { image.byteCount }
  var directAlignment: Int { image.directAlignment }
  var isRedacted: Bool { image.isRedacted }
  var replacedBlocks: ReplacedBlocks { image.replacedBlocks }
  var unanswered: any Storage { image.unanswered }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    try image.read(count, at: offset, into: buffer, from: start)
  }

  func nextData(from offset: UInt64) -> UInt64? { image.nextData(from: offset) }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    try image.write(count, at: offset, from: buffer, from: start)
  }

  func resize(to byteCount: UInt64) throws(StorageError) { try image.resize(to: byteCount) }
}
