/// Bytes a second, as people write it: `1.2 GiB/s`.
public struct ByteRate: Hashable, Sendable, CustomStringConvertible {
  public let bytesPerSecond: UInt64

  public init(bytesPerSecond: UInt64) {
    self.bytesPerSecond = bytesPerSecond
  }

  /// The mean over a time; nothing if no time has passed.
  public init?(bytes: UInt64, in elapsed: Duration) {
    let nanoseconds = elapsed.wholeNanoseconds
    guard nanoseconds > 0 else { return nil }
    let rate = UInt128(bytes) * 1_000_000_000 / UInt128(nanoseconds)
    self.init(bytesPerSecond: UInt64(clamping: rate))
  }

  public var description: String { "\(ByteCount(bytesPerSecond))/s" }
}
