internal import Glibc
package import MKraftFormat
internal import Synchronization

/// Memory for direct I/O: allocated once, aligned, zero at first, and owned by this object alone.
///
/// The contents are not guarded: whoever shares a buffer between threads, or hands it to a device, must see to it that nobody
/// writes while another reads. This is what `@unchecked Sendable` says here. Every access is checked against the bounds.
@safe public final class IOBuffer: @unchecked Sendable {
  /// The alignment of a page of memory, enough for direct I/O on every common device.
  public static let pageAlignment = 4096
  /// The largest alignment a buffer may have: the largest I/O unit of a data file.
  public static let alignmentMax = 65536
  /// Bytes of a huge page, and their alignment.
  static let hugePageByteCount = 2 << 20

  private let base: UnsafeMutableRawPointer
  /// The size in bytes, fixed for the buffer's life.
  public let byteCount: Int
  /// Whether bytes of an image were ever put here, of which `RecordedAnswers` knows more than they tell.
  private let isAnswered = Atomic<Bool>(false)

  /// Allocates `byteCount` zero bytes at a multiple of `alignment`, a power of two from 16 to `alignmentMax`.
  public init(byteCount: Int, alignment: Int = IOBuffer.pageAlignment) {
    precondition(byteCount > 0, "an I/O buffer has at least one byte")
    precondition(
      alignment >= 16 && alignment <= IOBuffer.alignmentMax && alignment & (alignment - 1) == 0,
      "the alignment of an I/O buffer is a power of two from 16 to 65536")
    self.byteCount = byteCount
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
    _ = unsafe memset(base, 0, byteCount)
  }

  /// Allocates `byteCount` zero bytes in huge pages, as far as the system has them: for reading large ranges of a file.
  ///
  /// Direct I/O hands the device one segment for each run of neighbouring physical memory. A buffer of small pages is one
  /// segment a page, which on a virtual disk costs more than the transfer itself. What is allocated is rounded up to whole
  /// huge pages, so this is for the few buffers that a scan lives on, not for pools of messages.
  public init(hugePagesFor byteCount: Int) {
    precondition(byteCount > 0, "an I/O buffer has at least one byte")
    self.byteCount = byteCount
    let page = IOBuffer.hugePageByteCount
    let allocated = (byteCount + page - 1) / page * page
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: allocated, alignment: page)
    // Before the first byte is touched. Only advice: without huge pages everything works, and is slower.
    _ = unsafe madvise(base, allocated, MADV_HUGEPAGE)
    _ = unsafe memset(base, 0, byteCount)
  }

  deinit {
    if isAnswered.load(ordering: .relaxed) { RecordedAnswers.forget(addresses) }
    unsafe base.deallocate()
  }

  /// The whole contents, to read.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The whole contents, to change: `var bytes = buffer.mutableBytes`. Use one such span at a time.
  ///
  /// Whoever puts bytes of a file here uses `copy`: only that forgets what an image said of the bytes that stood here before.
  public var mutableBytes: MutableRawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe MutableRawSpan(_unsafeStart: base, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Sets the bytes of `range` to zero.
  public func zero(_ range: Range<Int>) {
    check(range.lowerBound, range.count)
    forgetAnswers(range.lowerBound, range.count)
    // The standard library's initializeMemory sets byte by byte, each with a call into the runtime.
    _ = unsafe memset(base + range.lowerBound, 0, range.count)
  }

  /// Copies all of `source` to `offset`.
  public func copy(from source: RawSpan, at offset: Int = 0) {
    check(offset, source.byteCount)
    forgetAnswers(offset, source.byteCount)
    unsafe source.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe base.advanced(by: offset).copyMemory(from: start, byteCount: bytes.count)
    }
  }

  /// Copies all of `source` to `offset`.
  public func copy(from source: Span<UInt8>, at offset: Int = 0) {
    copy(from: unsafe source.bytes, at: offset)
  }

  /// Copies the bytes of `range` of `source` to `offset`. The source may be this buffer, and the ranges may overlap.
  public func copy(from source: IOBuffer, range: Range<Int>, at offset: Int) {
    source.check(range.lowerBound, range.count)
    check(offset, range.count)
    forgetAnswers(offset, range.count)
    unsafe base.advanced(by: offset).copyMemory(from: source.base + range.lowerBound, byteCount: range.count)
  }

  /// Whether the `count` bytes at `offset` are the same as those at `other`.
  func repeats(_ count: Int, at offset: Int, of other: Int) -> Bool {
    check(offset, count)
    check(other, count)
    return unsafe memcmp(base + offset, base + other, count) == 0
  }

  /// The memory of `count` bytes from `start`, for a system call made while the buffer is held, which may put others there.
  @unsafe package func memory(_ count: Int, from start: Int) -> UnsafeMutableRawPointer {
    check(start, count)
    forgetAnswers(start, count)
    return unsafe base.advanced(by: start)
  }

  /// Whether the byte at `start` lies at a multiple of `alignment` in memory.
  package func isAligned(_ start: Int, to alignment: Int) -> Bool {
    unsafe (UInt(bitPattern: base) &+ UInt(bitPattern: start)) % UInt(alignment) == 0
  }

  /// Says what checks gave over the bytes for which some that were just put here stand. It holds until others are put over them.
  package func answer(_ sums: [RecordedAnswers.Sum], _ nodes: [RecordedAnswers.NodeSight]) {
    guard !sums.isEmpty || !nodes.isEmpty else { return }
    isAnswered.store(true, ordering: .relaxed)
    RecordedAnswers.record(sums, nodes, in: addresses)
  }

  /// Before other bytes are put here.
  @inline(__always)
  private func forgetAnswers(_ start: Int, _ count: Int) {
    guard isAnswered.load(ordering: .relaxed) else { return }
    RecordedAnswers.forget(start..<start + count, in: addresses)
  }

  /// The addresses of the contents.
  private var addresses: Range<UInt> {
    let start = unsafe UInt(bitPattern: base)
    return start..<start + UInt(byteCount)
  }

  private func check(_ start: Int, _ count: Int) {
    precondition(start >= 0 && count >= 0 && start <= byteCount && count <= byteCount - start, "outside the I/O buffer")
  }
}
