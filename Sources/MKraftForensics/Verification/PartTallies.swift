/// What a scan accounts for, of each part of the file by itself: a part that has to be read again is counted anew.
struct PartTallies: Sendable {
  enum Part: Int, CaseIterable {
    case log
    case replies
    case gaps
    case grid
  }

  private var tallies: [ScanTally]

  /// - Parameter byteCount: of the file.
  init(byteCount: UInt64) {
    tallies = Array(repeating: ScanTally(byteCount: byteCount), count: Part.allCases.count)
  }

  subscript(part: Part) -> ScanTally {
    get { tallies[part.rawValue] }
    set { tallies[part.rawValue] = newValue }
  }

  /// Bytes accounted for in all parts.
  var byteCount: UInt64 { tallies.reduce(0) { $0 &+ $1.bytes.total } }

  /// Takes a piece; an array that nobody else holds is changed where it stands.
  mutating func add(_ piece: PieceTally, _ failures: ReadFailures, to part: Part) {
    tallies[part.rawValue].add(piece, failures)
  }
}

extension ScanPlan.Piece {
  var part: PartTallies.Part {
    switch self {
    case .log: .log
    case .replies: .replies
    case .gap: .gaps
    case .blocks: .grid
    }
  }
}
