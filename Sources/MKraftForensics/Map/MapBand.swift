public import MKraftFormat

/// A zone of the file as a row of cells, and what lies between it and the next zone.
public struct MapBand: Sendable {
  /// What a zone consists of.
  public enum Item: String, Sendable {
    case copy
    case slot
    case replySlot = "reply-slot"
    case block
  }

  public let zone: Zone
  public let item: Item
  /// Number of the first item: 1 for blocks, the copy's own for superblocks, else 0.
  public let firstItem: UInt64
  public let itemCount: UInt64
  /// Bytes of the file that an item takes.
  public let itemByteCount: UInt64
  /// Bytes of the file.
  public let range: Range<UInt64>
  /// What nobody writes, up to the next zone.
  public let gap: Range<UInt64>
  public let itemsPerCell: UInt64
  public private(set) var cells: [MapCell]
  /// What was found in the gap.
  public private(set) var gapFindings: [Finding] = []

  /// - Parameter cellLimit: most cells; items are drawn together as needed.
  init(
    _ zone: Zone, of item: Item, first: UInt64, count: UInt64, itemByteCount: UInt64, at offset: UInt64,
    gapEnd: UInt64, cellLimit: Int
  ) {
    self.zone = zone
    self.item = item
    firstItem = first
    itemCount = count
    self.itemByteCount = itemByteCount
    range = offset..<offset + count * itemByteCount
    gap = range.upperBound..<max(gapEnd, range.upperBound)
    let perCell = max(1, (count + UInt64(cellLimit) - 1) / UInt64(cellLimit))
    itemsPerCell = perCell
    cells = (0..<(count + perCell - 1) / perCell).map { index in
      let start = first + index * perCell
      return MapCell(items: start...min(start + perCell, first + count) - 1)
    }
  }

  mutating func add(_ item: UInt64, _ state: MapState) {
    guard let index = index(of: item) else { return }
    cells[index].add(state)
  }

  /// Puts a finding about one item into its cell; false if there is no such item.
  mutating func add(_ finding: Finding, item: UInt64) -> Bool {
    guard let index = index(of: item) else { return false }
    cells[index].add(finding)
    return true
  }

  /// Puts a finding about bytes of the file into all cells that they touch; false if they touch none, nor the gap.
  mutating func add(_ finding: Finding, bytes: Range<UInt64>) -> Bool {
    var isDrawn = false
    let inside = bytes.clamped(to: range)
    if !inside.isEmpty {
      let first = firstItem + (inside.lowerBound - range.lowerBound) / itemByteCount
      let last = firstItem + (inside.upperBound - 1 - range.lowerBound) / itemByteCount
      if let start = index(of: first), let end = index(of: last) {
        for index in start...end { cells[index].add(finding) }
        isDrawn = true
      }
    }
    if bytes.overlaps(gap) {
      gapFindings.append(finding)
      isDrawn = true
    }
    return isDrawn
  }

  private func index(of item: UInt64) -> Int? {
    guard item >= firstItem, item - firstItem < itemCount else { return nil }
    return Int((item - firstItem) / itemsPerCell)
  }
}
