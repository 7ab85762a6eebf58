internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension MapPage {
  func write(to json: JSONWriter, written: String?) {
    json.field("path", path)
    json.field("read_mode", file.storage.readMode.rawValue)
    json.field("locked_by", file.lockHolder?.description)
    json.verification(report)
    json.field("written", written)
    json.array("zones") { for band in map.bands { json.object { write(band, to: json) } } }
    json.array("findings_elsewhere") { for finding in map.elsewhere { json.string(finding.kind.name) } }
  }

  private func write(_ band: MapBand, to json: JSONWriter) {
    json.field("zone", band.zone.name)
    json.field("item", band.item.rawValue)
    json.field("offset", band.range.lowerBound)
    json.field("byte_count", UInt64(band.range.count))
    json.field("item_byte_count", band.itemByteCount)
    json.field("item_count", band.itemCount)
    json.field("first_item", band.firstItem)
    json.field("items_per_cell", band.itemsPerCell)
    json.field("gap_byte_count", UInt64(band.gap.count))
    json.array("gap_findings") { for finding in band.gapFindings { json.string(finding.kind.name) } }
    json.array("cells") { for run in runs(band.cells) { json.object { write(run, to: json) } } }
  }

  /// Neighbours that are wholly of one state and of which nothing was found, as one.
  private func runs(_ cells: [MapCell]) -> [ArraySlice<MapCell>] {
    var runs: [ArraySlice<MapCell>] = []
    var start = 0
    while start < cells.count {
      var end = start + 1
      if let state = cells[start].only { while end < cells.count, cells[end].only == state { end += 1 } }
      runs.append(cells[start..<end])
      start = end
    }
    return runs
  }

  private func write(_ run: ArraySlice<MapCell>, to json: JSONWriter) {
    guard let first = run.first, let last = run.last else { return }
    json.field("first", first.items.lowerBound)
    json.field("last", last.items.upperBound)
    json.field("state", first.state.name)
    if first.only == nil {
      json.object("states") { for (state, count) in first.counts { json.field(state.name, Int(count)) } }
    }
    json.field("severity", first.severity?.rawValue)
    json.field("finding", first.worst?.kind.name)
    json.field("finding_count", first.findingCount)
  }
}

extension MapCell {
  /// The one state that all items have, if nothing was found of them.
  fileprivate var only: MapState? {
    let counts = counts
    return counts.count == 1 && worst == nil ? counts.first?.state : nil
  }
}
