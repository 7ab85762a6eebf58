import MKraftFormat

/// Makes checksums right, whatever the bytes say.
enum Seal {
  static func header(_ image: inout [UInt8], at base: Int, kindAt: Int) {
    let kind = StructureKind(rawValue: image[base + kindAt]) ?? .prepare
    put(Checksum.of(image.rawSpan.extracting(base + 16..<base + 256), as: kind), &image, at: base)
  }

  static func block(_ image: inout [UInt8]) {
    let size = Int(image.rawSpan.load(BlockHeader.Layout.size))
    let covered = (BlockHeader.byteCount...image.count).contains(size) ? size : image.count
    put(Checksum.of(image.rawSpan.extracting(16..<covered), as: .block), &image, at: 0)
  }

  static func message(_ image: inout [UInt8]) {
    put(Checksum.of(image.rawSpan.extracting(16..<256), as: .message), &image, at: 0)
  }

  /// With the headers inside, and the checkpoint's id.
  static func superblock(_ image: inout [UInt8]) {
    let state = Superblock.Layout.checkpoint
    header(&image, at: state + CheckpointState.Layout.header, kindAt: PrepareHeader.Layout.kind.offset)
    let count = min(Int(image.rawSpan.load(Superblock.Layout.suffixCount)), Superblock.suffixLimit)
    for index in 0..<count {
      let at = Superblock.Layout.suffix + index * PrepareHeader.byteCount
      header(&image, at: at, kindAt: PrepareHeader.Layout.kind.offset)
    }
    let covered = CheckpointState.Layout.covered
    put(
      Checksum.of(image.rawSpan.extracting(state + covered.lowerBound..<state + covered.upperBound), as: .checkpoint),
      &image, at: state)
    put(Checksum.of(image.rawSpan.extracting(Superblock.Layout.covered), as: .superblock), &image, at: 0)
  }

  static func put(_ value: UInt128, _ image: inout [UInt8], at offset: Int) {
    for index in 0..<16 { image[offset + index] = UInt8(truncatingIfNeeded: value >> UInt128(8 * index)) }
  }
}
