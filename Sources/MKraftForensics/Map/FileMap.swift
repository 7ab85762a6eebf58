public import MKraftFormat
public import MKraftStorage

/// A picture of a file: its zones, what every item in them is, and where the damage is.
///
/// What is damaged is what verification has found; the map only adds what each item is. Memory: a few hundred bytes a cell, and
/// four bits a block.
public struct FileMap: Sendable {
  /// Zones in the order of the file; none if nothing tells where they are.
  public private(set) var bands: [MapBand] = []
  /// Findings that belong to no place in the picture, worst first.
  public private(set) var elsewhere: [Finding] = []
  public let report: VerificationReport
  /// Whose word on where things lie the picture is drawn by; nil if there is none.
  public let layout: Superblock?

  /// Draws what `report` was made from.
  /// - Parameters:
  ///   - report: of a verification of everything; the findings it lists are drawn.
  ///   - cellLimit: most cells of a zone.
  public static func draw(_ storage: any Storage, _ report: VerificationReport, cellLimit: Int) -> FileMap {
    precondition(cellLimit > 0, "a zone has a cell")
    var map = FileMap(report)
    guard let layout = map.layout else {
      map.elsewhere = report.findings
      return map
    }
    map.drawSuperblocks(storage, layout.geometry, cellLimit)
    let ring = RingDrawing(storage, layout, last: report.journal.map { max($0.head.op, $0.provenOp) })
    map.draw(ring, layout.geometry, cellLimit)
    map.drawReplies(storage, layout, cellLimit)
    map.drawGrid(storage, layout, cellLimit)
    map.bands.sort { $0.range.lowerBound < $1.range.lowerBound }
    for finding in report.findings where !map.place(finding) { map.elsewhere.append(finding) }
    return map
  }

  private init(_ report: VerificationReport) {
    self.report = report
    layout = report.superblock ?? report.assumption?.superblock
  }

  /// The op above the checkpoint that may stand in a slot.
  public func op(inSlot slot: UInt64) -> UInt64? {
    guard let layout else { return nil }
    let first = layout.checkpoint.op + 1
    let count = UInt64(layout.geometry.slotCount)
    return first + (slot + count - first % count) % count
  }

  // MARK: Zones

  private mutating func drawSuperblocks(_ storage: any Storage, _ geometry: Geometry, _ limit: Int) {
    let inspection = SuperblockInspection.read(storage, supplied: report.assumption?.supplied)
    for copy in 0..<Superblock.copyCount {
      let offset = geometry.offset(of: .superblock(copy))
      var band = band(
        .superblock(copy), .copy, first: UInt64(copy), count: 1, UInt64(Superblock.byteCount), geometry, limit)
      let place = inspection.places.first { $0.offset == offset }
      band.add(UInt64(copy), place.map { MapState($0.state) } ?? .unknown)
      bands.append(band)
    }
  }

  private mutating func draw(_ ring: RingDrawing, _ geometry: Geometry, _ limit: Int) {
    let count = UInt64(geometry.slotCount)
    var headers = band(.walHeaders, .slot, first: 0, count: count, UInt64(PrepareHeader.byteCount), geometry, limit)
    var prepares = band(.walPrepares, .slot, first: 0, count: count, UInt64(geometry.messageSize), geometry, limit)
    ring.forEachSlot { slot, header, prepare in
      headers.add(UInt64(slot), header)
      prepares.add(UInt64(slot), prepare)
    }
    bands += [headers, prepares]
  }

  private mutating func drawReplies(_ storage: any Storage, _ layout: Superblock, _ limit: Int) {
    let geometry = layout.geometry
    var band = band(
      .replies, .replySlot, first: 0, count: UInt64(geometry.sessions), UInt64(geometry.messageSize), geometry, limit)
    let buffer = IOBuffer(byteCount: IOBuffer.pageAlignment)
    for slot in 0..<Int(geometry.sessions) {
      band.add(UInt64(slot), FileMap.reply(storage, layout, slot: slot, buffer))
    }
    bands.append(band)
  }

  /// What the header of a reply slot says; whether the rest is right is verification's to find.
  private static func reply(_ storage: any Storage, _ layout: Superblock, slot: Int, _ buffer: IOBuffer) -> MapState {
    do throws(StorageError) {
      let count = try storage.read(ReplyHeader.byteCount, at: layout.geometry.replyOffset(slot: slot), into: buffer)
      guard count == ReplyHeader.byteCount else { return .missing }
    } catch { return .unreadable }
    guard let header = try? ReplyHeader(decoding: buffer.bytes.extracting(0..<ReplyHeader.byteCount)),
      header.cluster == layout.cluster
    else { return .damaged }
    return header.kind == .reply ? .reply : .noReply
  }

  private mutating func drawGrid(_ storage: any Storage, _ layout: Superblock, _ limit: Int) {
    let geometry = layout.geometry
    let drawing = GridDrawing(storage, layout, isAssumed: report.assumption != nil, byteCount: report.byteCount)
    var band = band(.grid, .block, first: 1, count: drawing.blockCount, UInt64(geometry.blockSize), geometry, limit)
    drawing.forEachBlock { band.add($0, $1) }
    bands.append(band)
  }

  private func band(
    _ zone: Zone, _ item: MapBand.Item, first: UInt64, count: UInt64, _ itemByteCount: UInt64, _ geometry: Geometry,
    _ limit: Int
  ) -> MapBand {
    let next = zip(Zone.allCases, Zone.allCases.dropFirst()).first { $0.0 == zone }?.1
    return MapBand(
      zone, of: item, first: first, count: count, itemByteCount: itemByteCount, at: geometry.offset(of: zone),
      gapEnd: next.map(geometry.offset) ?? 0, cellLimit: limit)
  }

  // MARK: Findings

  private mutating func place(_ finding: Finding) -> Bool {
    if let zone = finding.zone, let item = finding.item, let index = bands.firstIndex(where: { $0.zone == zone }) {
      return bands[index].add(finding, item: item)
    }
    guard let range = finding.range else { return false }
    var isDrawn = false
    for index in bands.indices { if bands[index].add(finding, bytes: range) { isDrawn = true } }
    return isDrawn
  }
}

extension Finding {
  /// Number of the item in its zone, as the zone counts.
  fileprivate var item: UInt64? { block ?? (copy ?? slot).map { UInt64(clamping: $0) } }
}

extension MapState {
  init(_ state: SuperblockPlace.State) {
    self =
      switch state {
      case .current: .currentCopy
      case .stale: .staleCopy
      case .unacknowledged, .valid, .misdirected, .foreign, .newer, .forked: .otherCopy
      case .damaged, .torn: .damaged
      case .unreadable: .unreadable
      case .missing: .missing
      }
  }
}
