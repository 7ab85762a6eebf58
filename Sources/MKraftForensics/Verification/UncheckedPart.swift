/// A part of a file that a verification did not come to.
public struct UncheckedPart: Sendable, Equatable {
  /// The part's name, as `VerificationScope` has it.
  public let part: String
  /// What of it, for an operator.
  public let words: String
  public let byteCount: UInt64

  init(_ part: VerificationScope, _ words: String, _ ranges: [Range<UInt64>]) {
    self.part = part.partNames.joined(separator: ", ")
    self.words = words
    byteCount = ranges.reduce(0) { $0 + UInt64($1.count) }
  }
}
