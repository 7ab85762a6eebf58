/// Names a write that was submitted to a simulated device. Tokens grow in the order of submission.
public struct WriteToken: Hashable, Comparable, Sendable {
  let number: UInt64

  public static func < (first: WriteToken, second: WriteToken) -> Bool { first.number < second.number }
}

/// A write that a simulated device has taken and not completed.
public struct InFlightWrite: Sendable {
  public let token: WriteToken
  /// The place in the file, in bytes.
  public let offset: UInt64
  /// The size in bytes, a multiple of `MemoryStorage.atomSize`.
  public let count: Int
  let bytes: IOBuffer
  /// Whether the device will report success and change nothing.
  let isLost: Bool

  /// How many atoms the write consists of.
  public var atomCount: Int { count / MemoryStorage.atomSize }

  /// The bytes it changes.
  public var range: Range<UInt64> { offset..<offset + UInt64(count) }
}
