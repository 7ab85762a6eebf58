import MKraftForensics
import MKraftFormat
import MKraftStorage

/// Compares what was found with what was damaged.
struct SweepJudge {
  enum Verdict {
    case located
    /// Found, but not at the very item.
    case found
    case undetectable(Coverage.Unseen)
    case missed(FileItem)
    /// Something is said of an item that was not touched.
    case falseAlarm(Finding)
  }

  private let items: [FileItem]
  private let coverage: Coverage
  private let geometry: Geometry

  init(_ items: [FileItem], _ coverage: Coverage, _ geometry: Geometry) {
    // Header units are the same bytes as their headers.
    self.items = items.filter { if case .headerUnit = $0.kind { false } else { true } }
    self.coverage = coverage
    self.geometry = geometry
  }

  func judge(_ report: VerificationReport, _ strike: Strike) -> Verdict {
    let ranges = reach(strike)
    let damaged = items.filter { item in ranges.contains { $0.overlaps(item.range) } }
    if let alarm = report.findings.first(where: { isFalse($0, ranges, damaged) }) { return .falseAlarm(alarm) }
    var (reason, isLocated, isFound): (Coverage.Unseen?, Bool, Bool) = (nil, true, false)
    for item in damaged {
      if report.findings.contains(where: { names($0, item) }) {
        isFound = true
        continue
      }
      let unseen =
        isOfUnknownUse(item, damaged)
        ? .unknownUse : coverage.unseen(Strike(damage: strike.damage, item: item, ranges: ranges), in: item)
      if let unseen {
        reason = unseen
      } else {
        isLocated = false
        let isNear = report.findings.contains {
          $0.range.map { range in ranges.contains { $0.overlaps(range) } } ?? true
        }
        guard isNear else { return .missed(item) }
        isFound = true
      }
    }
    guard isFound else { return reason.map(Verdict.undetectable) ?? .missed(strike.item) }
    return isLocated ? .located : .found
  }

  /// Whether nothing refers to the block, and the set of blocks in use is damaged too.
  private func isOfUnknownUse(_ item: FileItem, _ damaged: [FileItem]) -> Bool {
    guard case .block(_, .released) = item.kind else { return false }
    return damaged.contains { if case .block(_, .acquiredSet) = $0.kind { true } else { false } }
  }

  /// What the device does not give is whole units.
  private func reach(_ strike: Strike) -> [Range<UInt64>] {
    guard strike.damage == .unreadable else { return strike.ranges }
    let unit = UInt64(geometry.ioUnit)
    return strike.ranges.map { $0.lowerBound / unit * unit..<($0.upperBound + unit - 1) / unit * unit }
  }

  private func isFalse(_ finding: Finding, _ ranges: [Range<UInt64>], _ damaged: [FileItem]) -> Bool {
    if damaged.contains(where: { names(finding, $0) }) { return false }
    guard let range = finding.range else {
      // About the superblock as a whole.
      return !damaged.contains { if case .superblock = $0.kind { true } else { false } }
    }
    return !ranges.contains { $0.overlaps(range) }
  }

  /// Whether the finding is about this very item.
  private func names(_ finding: Finding, _ item: FileItem) -> Bool {
    if finding.kind == .rangeUnreadable { return finding.range.map { $0.overlaps(item.range) } ?? false }
    switch item.kind {
    case .superblock(let copy): return finding.copy == copy
    case .header(let slot):
      return finding.slot == slot && (finding.zone == .walHeaders || finding.zone == .walPrepares)
    case .prepare(let slot):
      return finding.slot == slot && (finding.zone == .walHeaders || finding.zone == .walPrepares)
    case .reply(let slot): return finding.slot == slot && finding.zone == .replies
    case .block(let address, _), .freeBlock(let address): return finding.block == address
    case .gap: return finding.kind == .gapNotZero && finding.range.map { item.range.contains($0.lowerBound) } == true
    case .headerUnit: return false
    }
  }
}
