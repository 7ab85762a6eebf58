/// The last headers of the log when `log_term` was adopted, oldest first: they name the head without the log (rule R7).
public struct SuffixHeaders: Sendable {
  private var headers: InlineArray<32, PrepareHeader>
  public private(set) var count: Int

  public init() {
    headers = InlineArray(repeating: PrepareHeader())
    count = 0
  }

  public subscript(index: Int) -> PrepareHeader {
    precondition((0..<count).contains(index), "a suffix header below the count")
    return headers[index]
  }

  public var last: PrepareHeader? { count == 0 ? nil : headers[count - 1] }

  public mutating func append(_ header: PrepareHeader) {
    precondition(count < Superblock.suffixLimit, "at most 32 suffix headers")
    headers[count] = header
    count += 1
  }

  /// The suffix header of `op`, if it is among them.
  public func header(of op: UInt64) -> PrepareHeader? {
    for index in 0..<count where headers[index].op == op { return headers[index] }
    return nil
  }
}
