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

  /// A unit of the header ring.
  public struct HeaderUnit: Sendable, Equatable {
    public let number: Int
    /// Headers in a unit.
    public let headerCount: Int

    public init(of slot: Int, headersPerUnit: Int) {
      number = slot / headersPerUnit
      headerCount = headersPerUnit
    }
  }

  /// What a transfer is to those who wait for it.
  public enum Role: Sendable, Equatable {
    /// An entry, and the unit that its header lies in. What follows is one write of headers for all entries of one unit that are
    /// complete by then.
    case prepare(HeaderUnit)
    /// Headers: when they are durable, clients are answered.
    case headers
    /// Nobody waits for it at once.
    case other
  }

  /// Names the request when it is reported complete.
  public let token: UInt64
  public let direction: Direction
  public let role: Role
  public let offset: UInt64
  /// Bytes, from the start of `buffer`.
  public let count: Int
  /// The shell's until it reports the request complete.
  public let buffer: IOBuffer

  package init(
    token: UInt64, direction: Direction, role: Role = .other, offset: UInt64, count: Int, buffer: IOBuffer
  ) {
    self.token = token
    self.direction = direction
    self.role = role
    self.offset = offset
    self.count = count
    self.buffer = buffer
  }
}

/// A transfer is over.
public struct IOCompletion: Sendable {
  /// That of the request.
  public let token: UInt64
  /// Why it failed; a read that came back short has failed too.
  public let failure: StorageError?

  public init(token: UInt64, failure: StorageError?) {
    self.token = token
    self.failure = failure
  }
}
