internal import MKraftFormat
internal import MKraftStorage

/// Pieces of one size, one behind the other in memory.
struct Pieces {
  let size: Int
  let count: Int
  let buffer: IOBuffer

  /// Pieces of bytes without any order.
  init(size: Int, count: Int) {
    self.init(size: size, count: count) { _, _ in }
    var random = SplitMix64(seed: UInt64(size))
    var bytes = buffer.mutableBytes
    for offset in stride(from: 0, to: size * count, by: 8) { bytes.store(random.next(), toByteOffset: offset) }
  }

  /// Pieces of zeros that `fill` writes something to; it is given where each begins.
  init(size: Int, count: Int, fill: (IOBuffer, Int) -> Void) {
    self.size = size
    self.count = count
    buffer = IOBuffer(byteCount: size * count)
    for index in 0..<count { fill(buffer, index * size) }
  }

  /// A pass that does something with each piece.
  func pass(_ body: @escaping (RawSpan) -> UInt64) -> Work {
    Work(amount: count) { sum(body) }
  }

  /// The same, whose amount is the bytes.
  func passOverBytes(_ body: @escaping (RawSpan) -> UInt64) -> Work {
    Work(amount: count * size) { sum(body) }
  }

  @inline(__always)
  private func sum(_ body: (RawSpan) -> UInt64) -> UInt64 {
    let bytes = buffer.bytes
    var sum: UInt64 = 0
    for index in 0..<count { sum &+= body(bytes.extracting(index * size..<(index + 1) * size)) }
    return sum
  }
}
