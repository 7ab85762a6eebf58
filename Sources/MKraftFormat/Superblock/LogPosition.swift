/// An entry of the log by its op, its term and its header's checksum.
public struct LogPosition: Sendable, Equatable, BitwiseCopyable {
  public var op: UInt64
  public var term: UInt64
  public var checksum: UInt128

  public init(op: UInt64 = 0, term: UInt64 = 0, checksum: UInt128 = 0) {
    self.op = op
    self.term = term
    self.checksum = checksum
  }

  public init(_ header: PrepareHeader) {
    self.init(op: header.op, term: header.term, checksum: header.checksum)
  }
}
