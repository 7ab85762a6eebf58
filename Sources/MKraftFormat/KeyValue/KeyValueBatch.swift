// The bytes of the key-value operation: a request body carries a batch of events, the reply's body one result per
// event, in the same order. `man/` describes both in tables. Reading is two steps: a view's initialiser validates the
// whole body once, names what is wrong and where, and never traps; its iterator then hands out events without further
// checks. Nothing here allocates but the types that own their bytes (`KeyValueEvent`, `KeyValueBatchBuilder`,
// `KeyValueResult`).

/// Sizes and limits of the key-value operation's bodies. All sizes are in bytes.
public enum KeyValueBatch {
  /// Most events in one batch.
  public static let countMax = 8190
  /// A key has 1 to this many bytes.
  public static let keySizeMax = 1024
  /// Size of the head of a request body and of a result body.
  public static let headSize = 8
  /// Size of an event before its bytes.
  public static let eventHeaderSize = 32
  /// Size of a result before its bytes.
  public static let resultHeaderSize = 16
  /// Size of a pair of a scan before its key and value.
  public static let pairHeaderSize = 8
  /// Events, results and pairs begin at multiples of this.
  public static let alignment = 8

  /// A size rounded up to the alignment.
  @inline(__always)
  static func padded(_ size: Int) -> Int {
    (size + (alignment - 1)) & ~(alignment - 1)
  }

  /// The first byte of `range`, counted from `base`, that is not zero.
  static func firstNonZero(in bytes: RawSpan, _ range: Range<Int>, base: Int = 0) -> Int? {
    let range = base + range.lowerBound..<base + range.upperBound
    guard !bytes.isZero(range) else { return nil }
    for offset in range where bytes.load(fromByteOffset: offset, as: UInt8.self) != 0 {
      return offset
    }
    return nil
  }
}
