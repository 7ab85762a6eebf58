import MKraftStorage

extension IOBuffer {
  /// The bytes of `range` as an array, to compare with.
  func array(_ range: Range<Int>) -> [UInt8] {
    range.map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
  }

  /// A buffer with these contents.
  convenience init(_ contents: [UInt8]) {
    self.init(byteCount: contents.count)
    copy(from: contents.span)
  }
}

/// Bytes in which every place differs from its neighbours and from the same place in the next page.
func pattern(_ count: Int, _ start: Int = 0) -> [UInt8] {
  (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ ($0 >> 8) &* 13 &+ 1) }
}
