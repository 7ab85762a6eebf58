internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

extension SuperblockPage {
  private static let nameWidth = 37
  /// Values longer than this do not push the statements of other invariants.
  private static let valuesWidth = 64

  func write(to sink: ByteSink, _ style: Style) {
    let head = FieldList(to: sink, style: style)
    head.file(file)
    head.repair(inspection.mark)
    switch inspection.decision.outcome {
    case .success(let chosen):
      head.field(
        "decision", "opened at sequence \(chosen.sequence)", inspection.decision.repairs.isEmpty ? .green : .yellow)
    case .failure(let refusal): head.field("decision", "refused: \(refusal.name)", .red)
    }
    head.field("because", inspection.reason)
    if let refused = inspection.decision.chosen, inspection.decision.isReadOnly {
      head.field("read only", "features \(refused.features.unknownReadOnlyCompatible) are not known to this release")
    }
    if !inspection.decision.repairs.isEmpty {
      let copies = inspection.decision.repairs.map(String.init).joined(separator: ", ")
      head.field("to be written", "copies \(copies), in this order, before any effect leaves the replica")
    }
    if let superblock = inspection.representative { writeCheckpoint(superblock, to: head) }
    if !inspection.isGeometryCertain {
      head.field(
        "places",
        inspection.geometryOrigin?.words ?? "found by scanning; --geometry or --like tell where copies belong", .yellow)
    }
    head.finish()
    writePlaces(to: sink, style)
    for selection in selections { writeFields(selection, to: sink, style) }
    writeInvariants(to: sink, style)
    FindingsText.write(findings, path: path, scope: "superblocks", exitCode, to: sink, style)
  }

  private func writeCheckpoint(_ superblock: Superblock, to page: FieldList) {
    let state = superblock.checkpoint
    let number = superblock.geometry.interval(of: state.op)
    guard number > 0 else { return page.field("checkpoint", "none was taken yet") }
    page.field(
      "checkpoint", "number \(number), of op \(state.op)",
      note: "\(state.pairCount) pairs in \(state.reachableCount) blocks: \(state.leafCount) leaves, "
        + "\(state.innerCount) inner, \(state.valueBlockCount) with values")
  }

  private func writePlaces(to sink: ByteSink, _ style: Style) {
    heading("Copies", to: sink, style)
    let table = TextTable(
      [
        TextColumn("PLACE"), TextColumn("OFFSET", .right), TextColumn("STATE"), TextColumn("SEQUENCE", .right),
        TextColumn("CHECKSUM"), TextColumn("WHY"),
      ], to: sink, style: style, indent: 2)
    for (index, place) in inspection.places.enumerated() {
      table.cell(label(index))
      table.cell(decimal: place.offset)
      table.cell(place.state.rawValue, tone(place.state))
      if let superblock = place.superblock {
        table.cell(decimal: superblock.sequence)
        table.cell(hex: superblock.checksum)
      } else {
        table.cell("")
        table.cell("")
      }
      table.cell(escaped: place.reason ?? "")
      table.endRow()
    }
    table.finish()
    let legend =
      "  in each line below: | holds the value, ! holds it and is damaged, _ holds another, . shows no superblock\n"
    style.write(legend, .dim, to: sink)
    if inspection.isStrayLimitReached { sink.write("  and more, which are not shown\n") }
  }

  private func tone(_ state: SuperblockPlace.State) -> Tone {
    switch state {
    case .current: .green
    case .valid: .plain
    case .stale, .unacknowledged, .misdirected, .newer: .yellow
    case .forked, .foreign, .torn, .damaged, .unreadable, .missing: .red
    }
  }

  // MARK: Fields

  private func writeFields(_ selection: [Int], to sink: ByteSink, _ style: Style) {
    let compared = inspection.compare(selection)
    if selections.count > 1 { heading("Fields of \(selection.map(label).joined(separator: ", "))", to: sink, style) }
    guard compared.contains(where: { !$0.variants.isEmpty }) else {
      if selections.count == 1 { heading("Fields", to: sink, style) }
      sink.write("  no superblock to show here\n")
      return
    }
    for section in SuperblockField.Section.allCases {
      let fields = compared.filter { $0.field.section == section }
      heading(section.title, to: sink, style)
      // A log's last headers are many fields; as long as nothing is wrong with them a line each says more.
      if section == .suffix, !explains, fields.allSatisfy(\.isAgreed) {
        writeSuffix(selection, to: sink, style)
      } else {
        let table = TextTable(
          [
            TextColumn("", width: selection.count), TextColumn("", width: Self.nameWidth), TextColumn("", width: 1),
          ], to: sink, style: style, hasHeader: false, indent: 2)
        for field in fields { write(field, selection, in: table, to: sink, style) }
      }
    }
  }

  private func write(
    _ compared: FieldComparison, _ selection: [Int], in table: TextTable, to sink: ByteSink, _ style: Style
  ) {
    let isQuiet = compared.isAgreed && compared.variants.allSatisfy { $0.value == .zero(nonZero: 0) }
    guard explains || !isQuiet else { return }
    for (index, variant) in compared.variants.enumerated() {
      let tone: Tone = compared.isAgreed ? .plain : index == 0 ? .bold : .red
      table.cell(mark(variant, selection), tone)
      table.cell(compared.field.name)
      table.cell(tone) { variant.value.write(to: $0) }
      table.endRow()
    }
    guard explains else { return }
    let indent = String(repeating: " ", count: selection.count + 6)
    style.write("\(indent)\(compared.field.meaning)\n", .dim, to: sink)
    style.write("\(indent)against \(compared.field.defense)\n", .dim, to: sink)
  }

  /// A character for each place.
  private func mark(_ variant: FieldComparison.Variant, _ selection: [Int]) -> String {
    String(
      selection.map { index in
        let place = inspection.places[index]
        guard place.isShowable else { return "." }
        guard variant.holders.contains(index) else { return "_" }
        return place.superblock == nil ? "!" : "|"
      })
  }

  private func writeSuffix(_ selection: [Int], to sink: ByteSink, _ style: Style) {
    let shown =
      selection.first { inspection.places[$0].superblock != nil }
      ?? selection.first { inspection.places[$0].isShowable }
    guard let shown, let bytes = inspection.places[shown].bytes else { return }
    let suffix = Superblock(unverified: bytes.rawSpan).suffix
    guard suffix.count > 0 else {
      sink.write("  none\n")
      return
    }
    let table = TextTable(
      [
        TextColumn("OP", .right), TextColumn("TERM", .right), TextColumn("COMMIT", .right), TextColumn("OPERATION"),
        TextColumn("SIZE", .right), TextColumn("CHECKSUM"), TextColumn("PARENT"),
      ], to: sink, style: style, indent: 2)
    for index in 0..<suffix.count {
      let header = suffix[index]
      table.cell(decimal: header.op)
      table.cell(decimal: header.term)
      table.cell(decimal: header.commit)
      table.cell(Operation.name(of: header.operation))
      table.cell(decimal: UInt64(header.size))
      table.cell(hex: header.checksum)
      table.cell(hex: header.parent)
      table.endRow()
    }
    table.finish()
  }

  // MARK: Invariants

  private func writeInvariants(to sink: ByteSink, _ style: Style) {
    heading("Invariants", to: sink, style)
    let checks = inspection.invariants(Array(inspection.places.indices))
    guard inspection.places.contains(where: \.isShowable) else {
      sink.write("  not checked: there is no superblock\n")
      return
    }
    if let shown = checks.first(where: \.holds)?.shown {
      style.write("  values are those of \(label(shown)), unless it says otherwise\n", .dim, to: sink)
    }
    let table = TextTable(
      [TextColumn(""), TextColumn(""), TextColumn("", widthLimit: Self.valuesWidth), TextColumn("")], to: sink,
      style: style, hasHeader: false, indent: 2)
    for check in checks {
      let places = check.brokenIn.map(label).joined(separator: ", ")
      table.cell(check.holds ? "ok" : "BROKEN", check.holds ? .green : .red)
      table.cell(check.invariant.name)
      table.cell { write(check, to: $0) }
      table.cell(check.holds ? check.invariant.statement : "in \(places): \(check.invariant.statement)", .dim)
      table.endRow()
    }
    table.finish()
  }

  /// The values that were compared; of several places that break it those of the first.
  private func write(_ check: InvariantCheck, to sink: ByteSink) {
    guard !check.values.isEmpty else { return sink.write("-") }
    if let shown = check.brokenIn.first { sink.write("\(label(shown)): ") }
    for (index, compared) in check.values.enumerated() {
      if index > 0 { sink.write(", ") }
      sink.write("\(compared.name) ")
      compared.value.writeBrief(to: sink)
    }
  }

  private func heading(_ text: String, to sink: ByteSink, _ style: Style) {
    sink.write("\n")
    style.write(text, .bold, to: sink)
    sink.write("\n")
  }
}

extension SuperblockField.Section {
  var title: String {
    switch self {
    case .prefix: "Prefix"
    case .identity: "Identity"
    case .geometry: "Geometry"
    case .state: "Hard state"
    case .checkpoint: "Checkpoint"
    case .suffix: "Suffix headers"
    }
  }
}
