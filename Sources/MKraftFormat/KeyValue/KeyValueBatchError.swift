/// Why bytes are no batch of events, or no batch of results.
public struct KeyValueBatchError: Error, Equatable, Sendable {
  /// The event or result at fault, counted from 0; nil when it is the body as a whole.
  public let index: Int?
  /// Where in the body the offending field or byte is.
  public let offset: Int
  /// What is wrong.
  public let reason: Reason

  /// What is wrong, by a stable name.
  public enum Reason: String, Sendable, CaseIterable {
    /// The body is shorter than its head.
    case bodyTooShort = "body-too-short"
    /// The body is longer than a message holds.
    case bodyTooLarge = "body-too-large"
    /// The count is zero where there must be an event, or above the most.
    case countOutOfRange = "count-out-of-range"
    /// A reserved byte is not zero.
    case reservedNotZero = "reserved-not-zero"
    /// The body ends inside the header of an event, result or pair that it promises.
    case headerTruncated = "header-truncated"
    /// The bytes that a header promises, with their padding, reach beyond the end.
    case bytesBeyondEnd = "bytes-beyond-end"
    /// A padding byte is not zero.
    case paddingNotZero = "padding-not-zero"
    /// Bytes follow the last event or result.
    case bytesAfterLast = "bytes-after-last"
    /// The code is none of those defined.
    case unknownCode = "unknown-code"
    /// The expectation is unknown, or the event has none.
    case expectationInvalid = "expectation-invalid"
    /// The key is empty or too long.
    case keySizeOutOfRange = "key-size-out-of-range"
    /// The event carries no value but names the size of one.
    case valueNotAllowed = "value-not-allowed"
    /// The event expects no value but names the size of one.
    case expectedNotAllowed = "expected-not-allowed"
    /// The end key of a scan is too long.
    case endSizeOutOfRange = "end-size-out-of-range"
    /// The event is no scan but has a limit, or is one and has none.
    case limitInvalid = "limit-invalid"
    /// The status is none of those defined.
    case unknownStatus = "unknown-status"
    /// A result says that more pairs exist in a way that none of its kind can.
    case moreInvalid = "more-invalid"
    /// A result speaks of the current value in a way that none of its kind can.
    case currentInvalid = "current-invalid"
    /// A result carries bytes, but none of its kind does.
    case bytesNotAllowed = "bytes-not-allowed"
    /// A result carries pairs but none of its kind does, or its pairs do not fill exactly the bytes it names.
    case pairsInvalid = "pairs-invalid"
  }

  init(_ reason: Reason, index: Int? = nil, offset: Int) {
    self.reason = reason
    self.index = index
    self.offset = offset
  }
}

extension KeyValueBatchError: CustomStringConvertible {
  public var description: String {
    guard let index else { return "\(reason.rawValue) at byte \(offset)" }
    return "\(reason.rawValue) in \(index) at byte \(offset)"
  }
}
