internal import Glibc

/// Where baselines copy bytes to. memcpy is the least that handling bytes costs: each is read once and written once, with the best
/// instructions that the machine has.
@safe final class CopyTarget {
  private let memory: UnsafeMutableRawBufferPointer
  private let byteCount: Int

  init(byteCount: Int) {
    self.byteCount = byteCount
    unsafe memory = .allocate(byteCount: byteCount, alignment: 4096)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe memory.deallocate() }

  /// Copies 8 bytes or more, and returns the last eight of the copy. Never inlined: a copy that the next one overwrites must be made
  /// all the same.
  @inline(never)
  func copy(_ bytes: RawSpan, at offset: Int = 0) -> UInt64 {
    let end = offset + bytes.byteCount
    precondition(offset >= 0 && bytes.byteCount >= 8 && end <= byteCount, "the copy has its place")
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress, let base = unsafe memory.baseAddress else { return }
      _ = unsafe memcpy(base + offset, start, source.count)
    }
    return unsafe memory.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self)
  }

  /// The first eight bytes of the memory.
  var firstWord: UInt64 { unsafe memory.loadUnaligned(as: UInt64.self) }
}
