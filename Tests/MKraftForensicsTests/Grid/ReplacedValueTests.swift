import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// A damaged value that the log replaces or removes stops nobody, unless something reads it first; as a replica finds out.
@Suite struct ReplacedValueTests {
  /// - Parameters:
  ///   - geometry: of the file.
  ///   - damage: done to a block of a value.
  private func outcome(
    of geometry: Geometry = GridRun.geometry,
    damage: (MemoryStorage, Range<UInt64>) throws -> Void = ReplacedValueTests.flip,
    _ events: (_ key: [UInt8]) -> [KeyValueEvent]
  ) throws -> (VerificationReport, ReplicaOutcome) {
    let run = try GridRun(geometry: geometry)
    try run.run(checkpoints: 6)
    let map = try GridMap(run.storage)
    let value = map.blocks(.value)[0]
    try run.ask(events(try map.key(ofValue: value)), by: 0)
    try damage(run.storage, map.range(value))
    // An image has neither the value's key nor the request, and says the same.
    try ImageOf.expectSame(run.storage, "an image")
    // What the damaged value was replaced by is not asked for here.
    return (Verification.run(run.storage), try ReplicaOutcome(on: run.storage, pairs: [:]))
  }

  private static func flip(_ storage: MemoryStorage, _ block: Range<UInt64>) {
    storage.flipBit(at: 8 * (block.lowerBound + 300))
  }

  /// A block that is right by itself, and not the one that is referred to: as if a write had been lost.
  private static func putOther(_ storage: MemoryStorage, _ range: Range<UInt64>) throws {
    let block = try GridMap.bytes(storage, range)
    var header = try BlockHeader(decoding: block.bytes)
    let byte = block.bytes.load(fromByteOffset: 300, as: UInt8.self)
    var bytes = block.mutableBytes
    bytes.store(byte ^ 1, toByteOffset: 300)
    header.seal(into: &bytes)
    storage.replace(at: range.lowerBound, with: block)
  }

  @Test func anyDamageOfAReplacedValue() throws {
    let damages: [(MemoryStorage, Range<UInt64>) throws -> Void] = [
      ReplacedValueTests.putOther, { $0.zero($1) },
    ]
    for damage in damages {
      let (report, outcome) = try outcome(damage: damage) { [.delete(key: $0)] }
      #expect(report.findings.map(\.kind) == [.blockReplacedDamaged] && outcome == .serves, "\(report.findings)")
    }
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
