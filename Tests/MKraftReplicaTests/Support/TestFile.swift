import MKraftFormat
import MKraftStorage

/// Small data files in memory: 64 slots of 4 KiB, so that the ring is soon full, and few sessions, so that they are soon
/// evicted.
enum TestFile {
  static let cluster: UInt128 = 0xC1
  static let geometry = geometry()

  static func geometry(sessions: UInt32 = 16, pipeline: UInt32 = 8) -> Geometry {
    Geometry(
      slotCount: 64, messageSize: 4096, pipeline: pipeline, sessions: sessions, blockSize: 16 << 10, gridBlocksMax: 256)
  }

  static func plan(_ geometry: Geometry = geometry, replicaCount: Int = 1) -> FormatPlan {
    FormatPlan(cluster: cluster, replicaCount: replicaCount, geometry: geometry, fileID: 0xF11E)
  }

  static func format(_ plan: FormatPlan = plan()) throws -> MemoryStorage {
    let storage = MemoryStorage()
    try DataFileFormatter.format(plan, onto: storage)
    return storage
  }

  /// Sets all four superblock copies at rest to `superblock`, changed and sealed.
  static func put(_ superblock: Superblock, onto storage: MemoryStorage, _ change: (inout Superblock) -> Void) {
    var image = superblock
    change(&image)
    image.seal()
    storage.put(image)
  }
}

extension MemoryStorage {
  /// A checksum of all bytes of the file, and of its length.
  var fingerprint: UInt128 { get throws { try fingerprint(of: 0..<byteCount) } }

  /// A checksum of the bytes of `range`.
  func fingerprint(of range: Range<UInt64>) throws -> UInt128 {
    let buffer = IOBuffer(byteCount: max(1, range.count))
    let count = try read(range.count, at: range.lowerBound, into: buffer)
    return Checksum.of(buffer.bytes.extracting(0..<count), as: .block)
  }

  /// The superblock copy that stands at its home, if it is valid.
  func superblock(copy: Int, _ geometry: Geometry) -> Superblock? {
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    let offset = geometry.offset(of: .superblock(copy))
    guard (try? read(buffer.byteCount, at: offset, into: buffer)) == buffer.byteCount else { return nil }
    return try? Superblock(decoding: buffer.bytes)
  }
}
