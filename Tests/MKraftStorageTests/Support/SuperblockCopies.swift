import MKraftFormat
import MKraftStorage

extension Superblock {
  /// The 16 KiB of a copy.
  func image(copy: Int) -> IOBuffer {
    var image = self
    image.copy = copy
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    var bytes = buffer.mutableBytes
    image.encode(into: &bytes)
    return buffer
  }

  /// All copies, each with the offset of its home.
  var copies: [(home: UInt64, image: IOBuffer)] {
    (0..<Superblock.copyCount).map { (geometry.offset(of: .superblock($0)), image(copy: $0)) }
  }
}

extension MemoryStorage {
  /// Sets all superblock copies at rest.
  func put(_ superblock: Superblock) {
    for (home, image) in superblock.copies { replace(at: home, with: image) }
  }

  /// Sets a superblock copy at rest, with copy number `number` or else that of its home.
  func put(_ superblock: Superblock, copy: Int, number: Int? = nil) {
    replace(at: superblock.geometry.offset(of: .superblock(copy)), with: superblock.image(copy: number ?? copy))
  }
}
