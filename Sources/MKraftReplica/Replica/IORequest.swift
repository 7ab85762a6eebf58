public import MKraftStorage

/// One transfer that the shell must perform on the data file.
public struct IORequest: Sendable {
  public enum Direction: Sendable {
    case read
    /// Durable before it is reported complete.
    case write
    /// The file is made as long as `offset` says, durably, with space reserved for it; no bytes are transferred.
    case resize
  }

  /// Names the request when it is reported complete.
  public let token: UInt64
  public let direction: Direction
  public let offset: UInt64
  /// Bytes, from the start of `buffer`.
  public let count: Int
  /// The shell's until it reports the request complete.
  public let buffer: IOBuffer

  package init(token: UInt64, direction: Direction, offset: UInt64, count: Int, buffer: IOBuffer) {
    self.token = token
    self.direction = direction
    self.offset = offset
    self.count = count
    self.buffer = buffer
  }
}
