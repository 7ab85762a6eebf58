import MKraftFormat

/// Images of files that never held still, without the replica that it takes.
enum UnsteadyImage {
  /// An image whose header says so, sealed.
  /// - Parameter start: where the image begins in the file.
  static func of(_ image: [UInt8], from start: Int = 0) -> [UInt8] {
    var image = image
    image[start + 36] |= 2 | 4
    let checksum = Checksum.of(Array(image[start + 32..<start + 4096]).rawSpan, seed: 0x6D6B_7261_6674_0100)
    for index in 0..<16 { image[start + 16 + index] = UInt8(truncatingIfNeeded: checksum >> UInt128(8 * index)) }
    return image
  }
}
