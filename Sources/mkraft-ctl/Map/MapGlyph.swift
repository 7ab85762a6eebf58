internal import MKraftForensics
internal import MKraftOutput

/// How an item is drawn where there is room for a character: the picture is told by it, never by colour alone.
enum MapGlyph {
  /// A cell with damage: what stands in it does not matter any more.
  static let damage: Character = "X"
  /// A cell with something that a replica gets over by itself.
  static let warning: Character = "!"

  static func of(_ state: MapState) -> Character {
    switch state {
    case .currentCopy: "C"
    case .staleCopy: "s"
    case .otherCopy: "o"
    case .entry: "#"
    case .older: ":"
    case .blank: "."
    case .leftover: "~"
    case .givenUp: "g"
    case .ahead: "^"
    case .reply: "R"
    case .noReply: "."
    case .leaf: "L"
    case .inner: "I"
    case .value: "V"
    case .set: "S"
    case .sessions: "T"
    case .released: "r"
    case .free: "."
    case .growth: "_"
    case .damaged: "x"
    case .unreadable: "E"
    case .missing: "-"
    case .unknown: "?"
    }
  }

  static func of(_ cell: MapCell) -> Character {
    // What is not there, or not to be read, says more than that it is damage.
    if cell.state == .missing || cell.state == .unreadable { return of(cell.state) }
    return switch cell.severity {
    case .damage, .loss, .refusal: damage
    case .warning: warning
    case .note, nil: of(cell.state)
    }
  }

  static func tone(_ cell: MapCell) -> Tone {
    if let severity = cell.severity, severity > .note { return severity.tone }
    return cell.state.isQuiet ? .dim : .plain
  }

  /// The characters of a map with what they mean, as far as they occur in it.
  static func legend(_ map: FileMap) -> [(glyph: Character, words: String)] {
    let cells = map.bands.flatMap(\.cells)
    var rows: [(glyph: Character, words: String)] = []
    if cells.contains(where: { of($0) == damage }) {
      rows.append((damage, "damage: see below, or point at it in a page"))
    }
    if cells.contains(where: { of($0) == warning }) {
      rows.append((warning, "something a replica gets over by itself: see below"))
    }
    for state in MapState.allCases where cells.contains(where: { $0.state == state && of($0) == of(state) }) {
      rows.append((of(state), state.words))
    }
    return rows
  }
}

extension MapBand {
  /// The item's name for people.
  var itemName: String {
    switch item {
    case .copy: "copy"
    case .slot: "slot"
    case .replySlot: "reply slot"
    case .block: "block"
    }
  }

  /// What the band is, and its scale.
  var scale: String {
    let items = "\(itemCount) \(itemName)\(itemCount == 1 ? "" : item == .copy ? " copies" : "s")"
    return itemsPerCell == 1 ? items : "\(items), \(itemsPerCell) to a character"
  }

  /// What a cell is, in a line: its items, their states, and the worst that was found.
  func words(_ cell: MapCell, in map: FileMap) -> String {
    let (first, last) = (cell.items.lowerBound, cell.items.upperBound)
    var words = first == last ? "\(itemName) \(first)" : "\(itemName)s \(first) to \(last)"
    if item == .slot, first == last, let op = map.op(inSlot: first) { words += " of op \(op)" }
    let states = cell.counts
    words += ": "
    if states.count == 1, let only = states.first {
      words += only.state.words
    } else {
      words += states.map { "\($0.count) \($0.state.name)" }.joined(separator: ", ")
    }
    guard let worst = cell.worst else { return words }
    let more = cell.findingCount > 1 ? " and \(cell.findingCount - 1) more" : ""
    return words + "; \(worst.kind.name) (\(worst.severity.rawValue))\(more): \(worst.evidence)"
  }
}
