internal import Synchronization
public import SystemPackage

/// Faults at rest and faults to come. Ranges are in bytes of the file, need no alignment, and end where the file ends.
extension MemoryStorage {
  /// Bit rot: inverts the bit of this number, 8 times the byte's offset plus the bit's place from the lowest.
  public func flipBit(at bit: UInt64) {
    change(bit / 8..<bit / 8 + 1) { bytes in
      let byte = unsafe bytes.bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
      bytes.copy(from: [byte ^ (1 << UInt8(bit % 8))].span)
    }
  }

  /// Zeros bytes, as a discarded or never written extent reads.
  public func zero(_ range: Range<UInt64>) {
    change(range) { $0.zero(0..<$0.byteCount) }
  }

  /// Turns bytes to garbage.
  public func garbage(_ range: Range<UInt64>, using generator: inout some RandomNumberGenerator) {
    change(range) { bytes in
      let garbage = (0..<bytes.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
      bytes.copy(from: garbage.span)
    }
  }

  /// A misdirected write: copies bytes to another place, where they do not belong.
  public func copy(_ range: Range<UInt64>, to offset: UInt64) {
    guard !range.isEmpty else { return }
    let bytes = IOBuffer(byteCount: range.count, alignment: 16)
    state.withLock { $0.contents.read(range, into: bytes, from: 0) }
    replace(at: offset, with: bytes)
  }

  /// Sets bytes at rest, whatever they were; lengthens the file if they reach beyond its end.
  public func replace(at offset: UInt64, with bytes: IOBuffer) {
    precondition(
      offset <= Self.byteCountMax - UInt64(bytes.byteCount), "a simulated file has at most byteCountMax bytes")
    state.withLock { $0.contents.write(offset..<offset + UInt64(bytes.byteCount), from: bytes, from: 0) }
  }

  /// Cuts the file short, or lengthens it with zeros.
  public func truncate(to byteCount: UInt64) {
    precondition(byteCount <= Self.byteCountMax, "a simulated file has at most byteCountMax bytes")
    state.withLock { $0.contents.resize(to: byteCount) }
  }

  /// A latent sector error: every read that touches the range fails. A write over it heals it, as a device puts a good sector in
  /// its place, unless `healsWhenWritten` is false.
  public func failReads(_ range: Range<UInt64>, with errno: Errno = .ioError, healsWhenWritten: Bool = true) {
    state.withLock { $0.unreadable.append(Fault(range: range, errno: errno, healsWhenWritten: healsWhenWritten)) }
  }

  /// Every write that touches the range fails and changes nothing; `noSpace` for a range beyond the end makes a full disk.
  public func failWrites(_ range: Range<UInt64>, with errno: Errno = .ioError) {
    state.withLock { $0.unwritable.append(Fault(range: range, errno: errno, healsWhenWritten: false)) }
  }

  /// Ends all failing of reads and writes.
  public func healAll() {
    state.withLock { state in
      state.unreadable = []
      state.unwritable = []
    }
  }

  /// A lost write: the next one is reported durable, and the contents stay as they were.
  public func loseNextWrite() {
    state.withLock { $0.losesNextWrite = true }
  }

  /// Changes what lies in `range` of the file, as far as the file reaches.
  private func change(_ range: Range<UInt64>, _ body: (IOBuffer) -> Void) {
    let range = range.clamped(to: 0..<byteCount)
    guard !range.isEmpty else { return }
    let bytes = IOBuffer(byteCount: range.count, alignment: 16)
    state.withLock { $0.contents.read(range, into: bytes, from: 0) }
    body(bytes)
    replace(at: range.lowerBound, with: bytes)
  }
}
