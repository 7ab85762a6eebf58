internal import MKraftFormat

/// What the verification of one piece accounts for: each byte of it once, as checked or as skipped.
struct PieceTally: Sendable {
  private(set) var parts: [(range: Range<UInt64>, reason: ByteTally.SkipReason?)] = []
  var findings: [Finding] = []

  mutating func check(_ range: Range<UInt64>) { parts.append((range, nil)) }

  mutating func add(_ other: PieceTally) {
    parts += other.parts
    findings += other.findings
  }

  mutating func skip(_ range: Range<UInt64>, _ reason: ByteTally.SkipReason) {
    if !range.isEmpty { parts.append((range, reason)) }
  }
}
