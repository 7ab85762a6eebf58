/// Neighbouring items of a zone, drawn as one: how many of each state, and the worst that was found of them.
public struct MapCell: Sendable {
  /// Numbers of the items, as the zone counts them.
  public let items: ClosedRange<UInt64>
  /// Items by the index of their state in `MapState.allCases`.
  private var countByState = [UInt32](repeating: 0, count: MapState.allCases.count)
  /// The worst finding about an item of the cell.
  public private(set) var worst: Finding?
  /// Findings about items of the cell that were listed.
  public private(set) var findingCount = 0

  init(items: ClosedRange<UInt64>) { self.items = items }

  /// Items by state, in the order of `MapState.allCases`, without zeros.
  public var counts: [(state: MapState, count: UInt32)] {
    zip(MapState.allCases, countByState).compactMap { $1 > 0 ? (state: $0, count: $1) : nil }
  }

  /// What the cell is drawn as: damage if there is any, else what is most frequent among that which somebody needs.
  public var state: MapState {
    let counts = counts
    for state in [MapState.unreadable, .damaged, .missing] where counts.contains(where: { $0.state == state }) {
      return state
    }
    let loud = counts.filter { !$0.state.isQuiet }
    // Of equals the first in the table, so that the picture is the same every time.
    let candidates = loud.isEmpty ? counts : loud
    let most = candidates.map(\.count).max()
    return candidates.first { $0.count == most }?.state ?? .unknown
  }

  /// How bad it is; nil if nothing was found of the cell.
  public var severity: Severity? { worst?.severity }

  mutating func add(_ state: MapState) { countByState[state.index] += 1 }

  mutating func add(_ finding: Finding) {
    findingCount += 1
    if let worst, worst.severity >= finding.severity { return }
    worst = finding
  }
}
