/// What a verification may cost. Nil is without limit.
public struct ScanLimits: Sendable, Equatable {
  /// Bytes read a second, on the average since the beginning.
  public var readRate: UInt64?
  /// Time from the beginning on.
  public var time: Duration?
  /// Bytes read, of all files together.
  public var byteCount: UInt64?

  public init(readRate: UInt64? = nil, time: Duration? = nil, byteCount: UInt64? = nil) {
    self.readRate = readRate
    self.time = time
    self.byteCount = byteCount
  }
}
