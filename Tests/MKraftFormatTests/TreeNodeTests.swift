import MKraftFormat
import Testing

/// Nodes of the tree: each field of a small leaf and of a small inner node changed, and what that is called.
@Suite struct TreeNodeTests {
  /// Blocks of 16384 bytes: one of a value holds 16128, so that 16228 bytes are two blocks of 16128 and 100.
  static let leaf = NodeImage(entries: [
    .inline([0x61], [0x31]),
    .blocks(
      [0x62], valueSize: 16228,
      [
        BlockReference(checksum: 5, address: 11, extent: 16128), BlockReference(checksum: 6, address: 12, extent: 100),
      ]),
    .inline([0x63, 0x63], []),
  ])
  static let inner = NodeImage(
    level: 1,
    entries: [
      .child([], BlockReference(checksum: 8, address: 21, extent: 0)),
      .child([0x6d], BlockReference(checksum: 9, address: 22, extent: 0)),
    ])

  @Test func samplesLieWhereTheManualSays() throws {
    // 264 + 3 ends of 4 bytes; entries of 8 + 1 + 1, 8 + 1 + 64 and 8 + 2 bytes.
    #expect([0, 1, 2].map(Self.leaf.start) == [276, 286, 359] && Self.leaf.size == 369)
    // 264 + 2 ends; entries of 8 + 32 and 8 + 1 + 32 bytes.
    #expect([0, 1].map(Self.inner.start) == [272, 312] && Self.inner.size == 353)
    for (node, level) in [(Self.leaf, 0), (Self.inner, 1)] {
      #expect(try brokenInvariant(node.bytes, level: level) == nil)
      #expect(try brokenInvariant(node.bytes) == nil)
      #expect(try brokenInvariant(node.bytes, level: level + 1) == .treeNodeShape)
      #expect(shown(node.bytes).entries == node.entries)
    }
    #expect(try brokenInvariant(Self.inner.bytes, level: 0) == .treeNodeShape)
  }

  /// A change of a node's bytes behind its header and the invariant that it breaks; nil if it breaks none.
  struct Case: Sendable {
    let invariant: Invariant?
    let offset: Int
    let value: [UInt8]

    init(_ invariant: Invariant?, at offset: Int, _ value: some FixedWidthInteger) {
      self.invariant = invariant
      self.offset = offset
      self.value = (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }

  private static func u32(_ invariant: Invariant?, at offset: Int, _ values: [UInt32]) -> [Case] {
    values.map { Case(invariant, at: offset, $0) }
  }

  private static func u8(_ invariant: Invariant?, at offset: Int, _ values: [UInt8]) -> [Case] {
    values.map { Case(invariant, at: offset, $0) }
  }

  private static let leafShape: [Case] =
    u32(.treeNodeShape, at: 256, [1, 2, .max])  // level of a leaf's block
    // Of 369 - 264 = 105 bytes at most 8 entries of 12 can be.
    + u32(.treeNodeShape, at: 260, [0, 9, 1 << 30, .max])
    // One entry fewer: the third end, 93, is then the first entry's key size, which is more than it has.
    + u32(.treeNodeEntry, at: 260, [2])
    + u32(.treeNodeShape, at: 264, [0, 7, 94, .max])  // less than a head, or beyond the block's 369 - 276 = 93 bytes
    + u32(.treeNodeEntry, at: 264, [8, 9, 11, 93])  // no room for the key, no value, two bytes, very many
    + u32(.treeNodeShape, at: 268, [17, 9, 94])  // the second begins at 10
    + u32(.treeNodeEntry, at: 268, [18, 82, 84])
    + u32(.treeNodeShape, at: 272, [90, 83, 94, .max])  // the third begins at 83
    + u32(.treeNodeEntry, at: 272, [91, 92])

  private static let leafEntries: [Case] =
    [0, 2, 3, 1025, UInt16.max].map { Case(.treeNodeEntry, at: 276, $0) }  // key_size of the first
    + u8(.treeNodeEntry, at: 278, [1, 2, 3, 255]) + u8(.treeNodeEntry, at: 279, [1, 255])
    + u32(.treeNodeEntry, at: 280, [0, 2, .max])
    // The second: its value neither fits the leaf nor another number of blocks nor other extents.
    + u8(.treeNodeEntry, at: 288, [0, 2, 3]) + u8(.treeNodeEntry, at: 289, [1])
    + u32(.treeNodeEntry, at: 290, [0, 64, 16128, 16227, 16229, 32256, 32257, 1_048_577, .max])
    + [Case(nil, at: 295, UInt128.max), Case(nil, at: 295, 0 as UInt128)]  // any checksum
    + [Case(nil, at: 311, UInt64.max), Case(.treeNodeEntry, at: 311, 0 as UInt64)]
    + [0, 16127, 16129, UInt64.max].map { Case(.treeNodeEntry, at: 319, $0) }
    + [Case(.treeNodeEntry, at: 343, 0 as UInt64), Case(nil, at: 343, 1 as UInt64)]
    + [0, 99, 101, UInt64.max].map { Case(.treeNodeEntry, at: 351, $0) }
    // The third: an empty value.
    + [0, 1, 3].map { Case(.treeNodeEntry, at: 359, $0 as UInt16) } + u32(.treeNodeEntry, at: 363, [1, .max])

  private static let leafKeys: [Case] =
    u8(nil, at: 284, [0x00, 0x41, 0x60]) + u8(.treeNodeOrder, at: 284, [0x62, 0x63, 0xFF])  // "a", before "b"
    + u8(nil, at: 294, [0x63]) + u8(.treeNodeOrder, at: 294, [0x61, 0x60, 0x64])  // "b", before "cc"; "c" is too
    + u8(nil, at: 367, [0x64, 0xFF]) + u8(.treeNodeOrder, at: 367, [0x61, 0x00])  // "cc"; "bc" is behind "b"
    + u8(nil, at: 285, [0, 255])  // the value

  @Test func everyFieldOfALeaf() throws {
    for each in Self.leafShape + Self.leafEntries + Self.leafKeys { try check(each, of: Self.leaf) }
  }

  private static let innerCases: [Case] =
    u32(.treeNodeShape, at: 256, [0, 2, .max])
    + u32(.treeNodeShape, at: 260, [0, 8, .max])  // of 353 - 264 = 89 bytes at most 7 entries of 12
    + u32(.treeNodeShape, at: 264, [7, 82, .max]) + u32(.treeNodeEntry, at: 264, [8, 39, 41])
    + u32(.treeNodeShape, at: 268, [47, 82]) + u32(.treeNodeEntry, at: 268, [48, 80])
    + [1, UInt16.max].map { Case(.treeNodeEntry, at: 272, $0) }
    + u8(.treeNodeEntry, at: 274, [0, 1, 3]) + u8(.treeNodeEntry, at: 275, [1])
    + u32(.treeNodeEntry, at: 276, [0, 31, 33, 64])
    + [Case(nil, at: 280, 0 as UInt128), Case(nil, at: 296, UInt64.max), Case(.treeNodeEntry, at: 296, 0 as UInt64)]
    + [1, UInt64.max].map { Case(.treeNodeEntry, at: 304, $0) }  // a node's reference has no extent
    + [0, 2].map { Case(.treeNodeEntry, at: 312, $0 as UInt16) }
    + u8(nil, at: 320, [0x00, 0xFF]) + [Case(.treeNodeEntry, at: 337, 0 as UInt64)]

  @Test func everyFieldOfAnInnerNode() throws {
    for each in Self.innerCases { try check(each, of: Self.inner, level: 1) }
  }

  private func check(_ each: Case, of node: NodeImage, level: Int = 0) throws {
    var block = node.bytes
    block.replaceSubrange(each.offset..<each.offset + each.value.count, with: each.value)
    block = sealed(block, node.header)
    #expect(try brokenInvariant(block, level: level) == each.invariant, "\(each.value) at \(each.offset)")
  }

  /// The size in the header is the end of the last entry, neither more nor less.
  @Test func sizesThatEntriesDoNotFill() throws {
    func broken(_ node: NodeImage, size: Int) throws -> Invariant? {
      var header = node.header
      header.size = UInt32(size)
      return try brokenInvariant(sealed(node.bytes, header))
    }
    #expect(try broken(Self.leaf, size: 370) == .treeNodeShape)
    #expect(try broken(Self.leaf, size: 16384) == .treeNodeShape)
    #expect(try broken(Self.leaf, size: 368) == .treeNodeShape)
    #expect(try broken(Self.inner, size: 354) == .treeNodeShape)
    for size in [256, 263, 264, 275] { #expect(try broken(Self.leaf, size: size) == .treeNodeShape, "\(size)") }
  }

  @Test func blockTypes() throws {
    for type in BlockHeader.BlockType.allCases {
      var (leaf, inner) = (Self.leaf, Self.inner)
      (leaf.type, inner.type) = (type, type)
      #expect(try brokenInvariant(leaf.bytes) == (type == .treeLeaf ? nil : .treeNodeShape), "\(type)")
      #expect(try brokenInvariant(inner.bytes) == (type == .treeInner ? nil : .treeNodeShape), "\(type)")
    }
    var high = Self.inner
    high.level = .max
    #expect(try brokenInvariant(high.bytes) == nil)
    #expect(try brokenInvariant(high.bytes, level: Int(UInt32.max)) == nil)
  }

  /// Only the first key of an inner node is empty, and it always is.
  @Test func emptyKeys() throws {
    func broken(_ level: UInt32, _ entries: [NodeEntry]) throws -> Invariant? {
      try brokenInvariant(NodeImage(level: level, entries: entries).bytes)
    }
    let child = BlockReference(checksum: 1, address: 1, extent: 0)
    #expect(try broken(0, [.inline([], [1])]) == .treeNodeOrder)
    #expect(try broken(0, [.inline([1], [1]), .inline([], [1])]) == .treeNodeOrder)
    #expect(try broken(1, [.child([1], child)]) == .treeNodeOrder)
    #expect(try broken(1, [.child([], child)]) == nil)
    #expect(try broken(1, [.child([], child), .child([], child)]) == .treeNodeOrder)
    #expect(try broken(1, [.child([], child), .child([0], child)]) == nil)
    #expect(try broken(1, [.child([], child), .child([1], child), .child([1], child)]) == .treeNodeOrder)
  }

  /// An entry takes at most a quarter of the 16384 - 264 bytes, 4030, of which 12 are its end and head.
  @Test func valuesAtTheLimitOfALeaf() throws {
    func inline(_ key: Int, _ value: Int) throws -> Invariant? {
      let key = [UInt8](repeating: 1, count: key)
      return try brokenInvariant(NodeImage(entries: [.inline(key, [UInt8](repeating: 2, count: value))]).bytes)
    }
    func inBlocks(_ key: Int, _ value: Int) throws -> Invariant? {
      let key = [UInt8](repeating: 1, count: key)
      let extents = stride(from: 0, to: value, by: 16128).map { UInt64(min(16128, value - $0)) }
      let references = extents.enumerated().map {
        BlockReference(checksum: 1, address: UInt64($0.offset) + 1, extent: $0.element)
      }
      return try brokenInvariant(NodeImage(entries: [.blocks(key, valueSize: value, references)]).bytes)
    }
    let atTheLimit: [(key: Int, value: Int)] = [(1, 4017), (18, 4000), (1024, 2994)]
    for (key, value) in atTheLimit {
      #expect(try inline(key, value) == nil)
      #expect(try inline(key, value + 1) == .treeNodeEntry)
      #expect(try inBlocks(key, value) == .treeNodeEntry)
      #expect(try inBlocks(key, value + 1) == nil)
    }
    // Every number of blocks, up to the largest value: 1048576 is 65 blocks and 256 bytes.
    for value in [16128, 16129, 32256, 1_048_576] { #expect(try inBlocks(1024, value) == nil, "\(value)") }
    #expect(try inBlocks(1024, 1_048_577) == .treeNodeEntry)
    #expect(try inline(1025, 1) == .treeNodeEntry)
    #expect(TreeNode.valueBlockCount(valueSize: 1_048_576, blockSize: 16384) == 66)
    #expect(TreeNode.valueBlocksMax(Geometry(messageSize: 4096)) == 1)
    // Whatever the geometry, the entry of the largest value and key takes no more than a quarter of a node.
    for block in Geometry.blockSizeRange.powersOfTwo {
      let references = 32 * TreeNode.valueBlockCount(valueSize: 1 << 20, blockSize: block)
      #expect(TreeNode.entrySpace(keySize: 1024, payloadSize: references) <= TreeNode.entrySpaceMax(blockSize: block))
    }
  }

  /// Whatever single bit is changed: what passes is, byte by byte, the encoding of the node that it shows.
  @Test func whatPassesIsTheEncodingOfANode() throws {
    for node in [Self.leaf, Self.inner] {
      let image = node.bytes
      var passed = 0
      for bit in 256 * 8..<node.size * 8 {
        var block = image
        block.flip(bit: bit)
        block = sealed(block, node.header)
        guard try brokenInvariant(block) == nil else { continue }
        passed += 1
        #expect(shown(block).bytes[256...] == block[256...], "bit \(bit)")
      }
      // Checksums and addresses of two references, of 128 and 64 bits, may be anything else that is not 0.
      #expect(passed >= 2 * 190)
    }
  }

  /// Keys lie at or above the lower bound and below the upper one; no bound is empty.
  @Test func bounds() {
    func lies(_ node: NodeImage, _ lower: [UInt8], _ upper: [UInt8]) -> Bool {
      let block = node.bytes
      let view = unsafe TreeNodeView(validated: block.span.bytes)
      return unsafe TreeNode.liesWithin(view, lower: lower.span.bytes, upper: upper.span.bytes)
    }
    // The leaf has "a" to "cc".
    let leafBounds: [(lower: [UInt8], upper: [UInt8], lies: Bool)] = [
      ([], [], true), ([0x61], [], true), ([0x60, 0xFF], [], true), ([0x61, 0], [], false), ([0x62], [], false),
      ([], [0x63, 0x63], false), ([], [0x63, 0x63, 0], true), ([], [0x64], true), ([], [0x63], false),
      ([0x61], [0x64], true), ([0xFF], [], false),
    ]
    for (lower, upper, expected) in leafBounds {
      #expect(lies(Self.leaf, lower, upper) == expected, "\(lower) to \(upper)")
    }
    // Of the inner node only "m" counts.
    let innerBounds: [(lower: [UInt8], upper: [UInt8], lies: Bool)] = [
      ([], [], true), ([0x6d], [], true), ([0x6e], [], false), ([], [0x6d], false), ([], [0x6e], true),
    ]
    for (lower, upper, expected) in innerBounds {
      #expect(lies(Self.inner, lower, upper) == expected, "\(lower) to \(upper)")
    }
    let only = NodeImage(level: 1, entries: [.child([], BlockReference(checksum: 1, address: 1, extent: 0))])
    #expect(lies(only, [0xFF], [0xFF]))
  }
}

extension ClosedRange<UInt32> {
  fileprivate var powersOfTwo: [Int] { (0..<32).map { 1 << $0 }.filter { contains(UInt32($0)) } }
}
