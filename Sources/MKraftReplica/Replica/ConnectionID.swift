/// A client's connection, numbered by the shell; numbers are not used twice.
public struct ConnectionID: Hashable, Sendable {
  public let rawValue: UInt64

  public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
