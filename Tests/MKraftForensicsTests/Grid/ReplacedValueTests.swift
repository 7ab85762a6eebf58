import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// A damaged value that the log replaces or removes stops nobody, unless something reads it first; as a replica finds out.
@Suite struct ReplacedValueTests {
  /// - Parameter geometry: of the file.
  private func outcome(
    of geometry: Geometry = GridRun.geometry, _ events: (_ key: [UInt8]) -> [KeyValueEvent]
  ) throws -> (VerificationReport, ReplicaOutcome) {
    let run = try GridRun(geometry: geometry)
    try run.run(checkpoints: 6)
    let map = try GridMap(run.storage)
    let value = map.blocks(.value)[0]
    let leaf = try #require(map.referrers[value])
    let block = try map.bytes(leaf)
    let node = TreeNodeView(validated: block.bytes)
    let index = (0..<node.count).first { node.form($0) == .blocks && node.valueBlock($0, 0).address == value } ?? 0
    let key = [UInt8](copying: node.key(index))
    try run.ask(events(key), by: 0)
    run.storage.flipBit(at: 8 * (map.range(value).lowerBound + 300))
    // What the damaged value was replaced by is not asked for here.
    return (Verification.run(run.storage), try ReplicaOutcome(on: run.storage, pairs: [:]))
  }

  @Test func replacedOrRemovedFirst() throws {
    let changes: [([UInt8]) -> [KeyValueEvent]] = [
      { [.delete(key: $0)] }, { [.put(key: $0, value: [1])] },
      { [.put(key: $0, value: [1]), .get(key: $0), .scan(start: $0, end: nil, limit: 1)] },
    ]
    for change in changes {
      let (report, outcome) = try outcome(change)
      #expect(report.findings.map(\.kind) == [.blockReplacedDamaged] && report.verdict.exitCode == .degraded)
      #expect(report.verdict.start == .serves && outcome == .serves)
    }
  }

  @Test func readFirst() throws {
    let changes: [([UInt8]) -> [KeyValueEvent]] = [
      { [.get(key: $0), .put(key: $0, value: [1])] },
      { [.compareAndSet(key: $0, expected: [2], value: [1]), .delete(key: $0)] },
      { [.compareAndSet(key: $0, expected: nil, value: [1]), .delete(key: $0)] },
      { [.scan(start: $0, end: nil, limit: 1), .delete(key: $0)] },
    ]
    for change in changes {
      let (report, outcome) = try outcome(change)
      #expect(report.findings.map(\.kind) == [.blockCorrupt] && report.verdict.exitCode == .restorable)
      #expect(outcome == .stops(at: report.worst?.block), "\(outcome)")
    }
  }

  /// A grid with room for hundreds of blocks is not nearly full, however little that is beside what the format allows; after as many
  /// changes as might fill it, it counts as full.
  @Test func limitedGrid() throws {
    let run = try GridRun()
    try run.run(checkpoints: 6)
    var geometry = GridRun.geometry
    geometry.gridBlocksMax = UInt64(try GridMap(run.storage).roles.count) + 300
    func changes(_ count: Int, _ key: [UInt8]) -> [KeyValueEvent] {
      (0..<count).map { .put(key: [1, UInt8($0)], value: [1]) } + [.delete(key: key)]
    }
    let (report, replica) = try outcome(of: geometry) { changes(18, $0) }
    #expect(report.findings.map(\.kind) == [.blockReplacedDamaged], "\(report.findings)")
    #expect(report.verdict.exitCode == .degraded && replica == .serves)
    let (doubtful, _) = try outcome(of: geometry) { changes(120, $0) }
    #expect(doubtful.findings.map(\.kind) == [.blockCorrupt], "\(doubtful.findings)")
  }
}
