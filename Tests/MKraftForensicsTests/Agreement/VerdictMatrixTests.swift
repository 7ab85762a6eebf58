import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// The verdict on damaged files against what a replica started on them really does. No cell is off the diagonal.
@Suite struct VerdictMatrixTests {
  #if DEBUG
    static let seeds: Range<UInt64> = 0..<120
  #else
    static let seeds: Range<UInt64> = 0..<1200
  #endif

  @Test func damagedFiles() throws {
    let grounds = try LoadedGround.all()
    let items = grounds.map(FileItem.all)
    var matrix = VerdictMatrix()
    for seed in Self.seeds {
      var generator = SplitMix64(seed: seed)
      let index = Int(seed) % grounds.count
      let storage = grounds[index].storage.snapshot()
      var strikes: [Strike] = []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        if let strike = strike(storage, grounds[index], items[index], using: &generator) { strikes.append(strike) }
      }
      if Int.random(in: 0..<20, using: &generator) == 0 {
        storage.truncate(to: UInt64.random(in: 0...storage.byteCount, using: &generator))
      }
      matrix.add(
        "seed \(seed): \(strikes)", Verification.run(storage), try StartedReplica(on: storage, grounds[index]),
        on: storage)
    }
    print(matrix.lines("damaged"))
    #expect(matrix.problems == [])
  }

  private func strike(
    _ storage: MemoryStorage, _ ground: LoadedGround, _ items: [FileItem], using generator: inout SplitMix64
  ) -> Strike? {
    // Blocks are most of the items: elsewhere more often.
    let isBlock = Int.random(in: 0..<3, using: &generator) == 0
    let candidates = items.filter { if case .block = $0.kind { isBlock } else { !isBlock } }
    guard let item = candidates.randomElement(using: &generator),
      let damage = ItemDamage.allCases.randomElement(using: &generator)
    else { return nil }
    var part = item.range
    if damage == .flip || Bool.random(using: &generator) {
      let start = item.range.lowerBound + UInt64.random(in: 0..<UInt64(min(item.range.count, 4096)), using: &generator)
      part = start / 512 * 512..<start / 512 * 512 + 512
      if damage == .flip { part = start..<start + 1 }
      part = part.clamped(to: item.range)
    }
    return Strike.apply(damage, to: item, part: part, storage, ground, items, using: &generator)
  }
}
