internal import MKraftFormat
internal import MKraftStorage

/// What part of a scan adds to the whole: bytes accounted for, findings, ranges the device did not give.
struct ScanTally: Sendable {
  /// Unreadable ranges kept apart; beyond them neighbours are still counted, and no longer listed.
  static let rangesMax = 4096

  private let byteCount: UInt64
  private(set) var bytes = ByteTally()
  private(set) var unreadable: [Range<UInt64>] = []
  /// Ranges that could be read at the second try only.
  private(set) var unsteady: [Range<UInt64>] = []
  var findings: [Finding] = []

  /// - Parameter byteCount: of the file; what lies beyond it is not counted.
  init(byteCount: UInt64) { self.byteCount = byteCount }

  /// What a resumed scan had accounted for.
  init(byteCount: UInt64, _ bytes: ByteTally, unreadable: [Range<UInt64>], unsteady: [Range<UInt64>]) {
    self.byteCount = byteCount
    self.bytes = bytes
    self.unreadable = unreadable
    self.unsteady = unsteady
  }

  mutating func check(_ range: Range<UInt64>) { bytes.check(present(range)) }

  mutating func skip(_ range: Range<UInt64>, _ reason: ByteTally.SkipReason) { bytes.skip(present(range), reason) }

  mutating func fail(_ range: Range<UInt64>) {
    let range = range.clamped(to: 0..<byteCount)
    guard !range.isEmpty else { return }
    bytes.fail(UInt64(range.count))
    note(range)
  }

  mutating func add(_ other: ScanTally) {
    bytes.add(other.bytes)
    for range in other.unreadable { note(range) }
    unsteady += other.unsteady.prefix(ScanTally.rangesMax - unsteady.count)
    findings += other.findings
  }

  /// Takes a piece, whose unreadable units count as nothing else.
  mutating func add(_ piece: PieceTally, _ failures: ReadFailures) {
    findings += piece.findings
    unsteady += failures.unsteady.prefix(ScanTally.rangesMax - unsteady.count)
    for (range, reason) in piece.parts {
      var lost: UInt64 = 0
      for unit in failures.unreadable where unit.overlaps(range) {
        let part = unit.clamped(to: range)
        lost += present(part)
        fail(part)
      }
      let count = present(range) - lost
      if let reason { bytes.skip(count, reason) } else { bytes.check(count) }
    }
  }

  /// Counts bytes that were checked as no part of the state any more.
  mutating func supersede(_ range: Range<UInt64>) { bytes.supersede(present(range)) }

  /// Reads `range` unit by unit, and counts what can be read as checked.
  mutating func probe(_ range: Range<UInt64>, of storage: any Storage, unit: Int) {
    let buffer = IOBuffer(byteCount: unit)
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + UInt64(unit))
      do {
        _ = try storage.read(Int(end - start), at: start, into: buffer)
        check(start..<end)
      } catch { fail(start..<end) }
      start = end
    }
  }

  private mutating func note(_ range: Range<UInt64>) {
    if let last = unreadable.last, last.upperBound == range.lowerBound {
      unreadable[unreadable.count - 1] = last.lowerBound..<range.upperBound
    } else if unreadable.count < ScanTally.rangesMax {
      unreadable.append(range)
    }
  }

  private func present(_ range: Range<UInt64>) -> UInt64 { UInt64(range.clamped(to: 0..<byteCount).count) }
}
