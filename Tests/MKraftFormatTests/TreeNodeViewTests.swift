import MKraftFormat
import Testing

/// Searching in nodes, against lists of keys; and nodes that anybody may have written.
@Suite struct TreeNodeViewTests {
  /// Distinct keys in order, many of them beginnings of others or different only in late bytes.
  private func keys(_ random: inout SplitMix64) -> [[UInt8]] {
    let stems: [[UInt8]] = [[], [0], [0xFF], Array(repeating: 7, count: 8), Array(repeating: 7, count: 15)]
    let count = 1 + random.below(40)
    var keys: [[UInt8]] = []
    for _ in 0..<count {
      let tail = (0..<random.below(4)).map { _ in [0x00, 0x01, 0x7F, 0x80, 0xFF][random.below(5)] as UInt8 }
      let key = stems[random.below(stems.count)] + tail
      if !key.isEmpty && !keys.contains(key) { keys.append(key) }
    }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test func searchesAgreeWithAList() throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let present = keys(&random)
      guard !present.isEmpty else { continue }
      let leaf = NodeImage(entries: present.map { .inline($0, [UInt8($0.count)]) }).bytes
      #expect(try brokenInvariant(leaf, level: 0) == nil, "seed \(seed)")
      let child = BlockReference(checksum: 1, address: 1, extent: 0)
      let inner = NodeImage(level: 3, entries: ([[]] + present).map { .child($0, child) }).bytes
      #expect(try brokenInvariant(inner, level: 3) == nil, "seed \(seed)")
      for key in present + keys(&random) + [[], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]] {
        let before = present.filter { $0.lexicographicallyPrecedes(key) }.count
        let found = unsafe TreeNodeView(validated: leaf.span.bytes).find(key.span.bytes)
        #expect(found == (before, present.contains(key)), "seed \(seed): \(key)")
        // The child of the last key that is not above; the first child's key is the empty one.
        let below = ([[]] + present).filter { $0 == key || $0.lexicographicallyPrecedes(key) }.count
        let index = unsafe TreeNodeView(validated: inner.span.bytes).childIndex(of: key.span.bytes)
        #expect(index == below - 1, "seed \(seed): \(key)")
      }
    }
  }

  @Test func partsOfANode() {
    let leaf = TreeNodeTests.leaf.bytes
    let view = unsafe TreeNodeView(validated: leaf.span.bytes)
    #expect(view.level == 0 && view.count == 3 && view.size == 369 && view.entriesStart == 276)
    #expect(view.valueBlock(1, 1) == BlockReference(checksum: 6, address: 12, extent: 100))
    #expect(view.valueBlock(1, 0) == BlockReference(checksum: 5, address: 11, extent: 16128))
    #expect(view.form(0) == .inline && view.form(1) == .blocks && view.valueSize(1) == 16228)
    #expect(copy(view.payload(0)) == [0x31] && view.payload(2).byteCount == 0)
    let inner = TreeNodeTests.inner.bytes
    let innerView = unsafe TreeNodeView(validated: inner.span.bytes)
    #expect(innerView.form(1) == .child && innerView.child(1) == BlockReference(checksum: 9, address: 22, extent: 0))
    #expect(innerView.child(0).address == 21)
  }

  /// Behind a right header anything may stand: it is refused by name, or can be read to its end.
  @Test func hostileContentsDoNotTrap() throws {
    var random = SplitMix64(seed: 41)
    var sound = 0
    for round in 0..<20_000 {
      let node = round % 2 == 0 ? TreeNodeTests.leaf : TreeNodeTests.inner
      var block = node.bytes
      if random.below(3) == 0 {
        for offset in 256..<512 { block[offset] = random.byte() }
        block.put(UInt32(random.below(3)), at: 256)
        block.put(UInt32(random.below(4)), at: 260)
      } else {
        for _ in 0..<1 + random.below(2) {
          let value = [0, 1, 8, 93, 0x7FFF_FFFF, 0x8000_0000, UInt32.max][random.below(7)]
          block.put(value, at: 256 + random.below(node.size - 256))
        }
      }
      var header = node.header
      if random.below(4) == 0 { header.size = UInt32(256 + random.below(16384 - 255)) }
      if random.below(4) == 0 { header.type = BlockHeader.BlockType.allCases[random.below(5)] }
      block = sealed(block, header)
      guard try brokenInvariant(block, level: random.below(2) == 0 ? nil : random.below(3)) == nil else { continue }
      sound += 1
      readAll(block)
    }
    #expect(sound > 100, "\(sound) sound")
  }

  private func readAll(_ block: [UInt8]) {
    let node = shown(block)
    let view = unsafe TreeNodeView(validated: block.span.bytes)
    for (index, entry) in node.entries.enumerated() {
      _ = unsafe view.find(entry.key.span.bytes)
      if entry.form == 2 { _ = view.child(index) }
      if entry.form == 1 { for part in 0..<entry.payload.count / 32 { _ = view.valueBlock(index, part) } }
    }
    if node.level > 0 { _ = unsafe view.childIndex(of: [1, 2].span.bytes) }
  }
}
