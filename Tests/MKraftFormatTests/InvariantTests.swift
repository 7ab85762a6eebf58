import MKraftFormat
import Testing

/// Right checksum, wrong meaning: each structure here breaks one invariant, and is reported by exactly that name.
@Suite struct InvariantTests {
  /// Invariants that no structure can break alone: they speak of its place, its neighbours or the grid.
  private static let ofContext: Set<Invariant> = [
    .headerSlot, .headerCluster, .headerMessageSize, .chainParent, .chainTerm, .chainTimestamp, .chainCommit,
    .chainCheckpoint, .setsDisjoint, .replySession, .blockAddress, .blockCluster, .blockBirth,
    .chainShape, .blockSetShape, .sessionRecord, .treeNodeBounds, .treeCounts,
  ]
  /// Those that a block of the tree breaks by its contents; `TreeNodeTests` breaks them.
  private static let ofNodes: Set<Invariant> = [.treeNodeShape, .treeNodeEntry, .treeNodeOrder]

  @Test func everyOtherInvariantIsBrokenHere() {
    let broken = Set(
      (Self.prepareCases + Self.replyCases + Self.blockCases + Self.messageCases).map(\.invariant)
        + Self.superblockCases.map(\.invariant))
    #expect(Set(Invariant.allCases).subtracting(broken) == Self.ofContext.union(Self.ofNodes))
  }

  /// A change of a sealed structure's bytes and the invariant that it breaks.
  struct ByteCase: Sendable {
    let invariant: Invariant
    let structure: Structure
    let note: String
    let change: @Sendable (inout [UInt8]) -> Void

    init(
      _ invariant: Invariant, _ structure: Structure, _ note: String,
      _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      self.invariant = invariant
      self.structure = structure
      self.note = note
      self.change = change
    }
  }

  private static func oddSizes(
    _ invariant: Invariant, _ structure: Structure, _ field: Field<UInt32>, _ sizes: [UInt32]
  ) -> [ByteCase] {
    sizes.map { size in ByteCase(invariant, structure, "size \(size)") { $0.put(size, field) } }
  }

  private static func reservedBytes(
    _ invariant: Invariant, _ structures: [Structure], _ offsets: [Int]
  ) -> [ByteCase] {
    structures.flatMap { structure in
      offsets.map { offset in ByteCase(invariant, structure, "\(structure) byte \(offset)") { $0[offset] = 0x80 } }
    }
  }

  static let prepareCases: [ByteCase] =
    reservedBytes(.headerReservedZero, [.prepare, .reserved, .unknown], [112, 127, 128, 143, 211, 255])
    + oddSizes(.headerSize, .prepare, PrepareHeader.Layout.size, [0, 255, 1_048_577, .max])
    + oddSizes(.headerPlaceholderEmpty, .reserved, PrepareHeader.Layout.size, [257, 1_048_576])
    + [16, 48, 64, 80, 96, 144, 156, 160, 168, 176, 184, 192, 204, 209, 210].flatMap { offset in
      [Structure.reserved, .unknown].map { structure in
        // 156 is the fifth byte of op: no ring has 2^32 slots.
        ByteCase(.headerPlaceholderEmpty, structure, "\(structure) byte \(offset)") { $0[offset] ^= 1 }
      }
    } + [
      ByteCase(.headerOperation, .prepare, "operation 0") { $0.put(0, PrepareHeader.Layout.operation) },
      ByteCase(.headerRootOp, .prepare, "root above op 0") { $0.put(1, PrepareHeader.Layout.operation) },
      ByteCase(.headerRootOp, .prepare, "no-op at op 0") {
        $0.put(2, PrepareHeader.Layout.operation)
        $0.put(0, PrepareHeader.Layout.op)
        $0.put(0, PrepareHeader.Layout.commit)
      },
      ByteCase(.headerNumbers, .prepare, "op 2^63") { $0.put(1 << 63, PrepareHeader.Layout.op) },
      ByteCase(.headerNumbers, .prepare, "term all ones") { $0.put(.max, PrepareHeader.Layout.term) },
      ByteCase(.headerNumbers, .prepare, "timestamp 2^63") { $0.put(1 << 63, PrepareHeader.Layout.timestamp) },
      ByteCase(.headerCommitBelowOp, .prepare, "commit = op") {
        $0.put(9, PrepareHeader.Layout.op)
        $0.put(9, PrepareHeader.Layout.commit)
      },
      ByteCase(.headerCommitBelowOp, .prepare, "root that commits") {
        $0.put(1, PrepareHeader.Layout.operation)
        $0.put(0, PrepareHeader.Layout.op)
        $0.put(1, PrepareHeader.Layout.commit)
      },
    ]

  static let replyCases: [ByteCase] =
    reservedBytes(.replyReservedZero, [.reply, .replyReserved], [80, 95, 96, 111, 154, 255])
    + oddSizes(.replySize, .reply, ReplyHeader.Layout.size, [0, 255, 1_048_577, .max])
    + [16, 48, 64, 116, 120, 128, 136, 144, 148, 153].map { offset in
      ByteCase(.replyPlaceholderEmpty, .replyReserved, "byte \(offset)") { $0[offset] ^= 1 }
    }

  static let blockCases: [ByteCase] =
    reservedBytes(.blockReservedZero, [.block], [32, 47, 48, 63, 90, 255])
    + oddSizes(.blockSize, .block, BlockHeader.Layout.size, [0, 255, 513, .max])
    + [0, 6, 255].map { type in
      ByteCase(.blockType, .block, "type \(type)") { $0.put(UInt8(type), BlockHeader.Layout.type) }
    }

  static let messageCases: [ByteCase] =
    reservedBytes(.messageReservedZero, [.message], [80, 95, 96, 111, 188, 255])
    + oddSizes(.messageSize, .message, MessageHeader.Layout.size, [0, 255, 1_048_577, .max])

  @Test func ofHeadersAndBlocks() {
    for each in Self.prepareCases + Self.replyCases + Self.blockCases + Self.messageCases {
      for seed in 0..<5 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        var image = each.structure.sample(&random)
        each.change(&image)
        #expect(each.structure.defectName(image) == "checksum-mismatch", "\(each.note), seed \(seed)")
        each.structure.reseal(&image)
        #expect(each.structure.defectName(image) == each.invariant.name, "\(each.note), seed \(seed)")
      }
    }
  }

  /// The limits themselves are inside.
  @Test func sizesAtTheirLimitsAreLegal() {
    for size in [256, 1_048_576] as [UInt32] {
      for (structure, field) in [
        (Structure.prepare, PrepareHeader.Layout.size), (.reply, ReplyHeader.Layout.size),
        (.message, MessageHeader.Layout.size),
      ] {
        var random = SplitMix64(seed: 1)
        var image = structure.sample(&random)
        image.put(size, field)
        structure.reseal(&image)
        #expect(structure.defectName(image) == nil, "\(structure), \(size)")
      }
    }
  }

  @Test func messagesOfOthersAreRefused() {
    var random = SplitMix64(seed: 2)
    var image = Structure.message.sample(&random)
    image.put(2, MessageHeader.Layout.protocolVersion)
    Structure.message.reseal(&image)
    #expect(defect(image, decodeMessage) == .versionUnknown(2))
    image = Structure.message.sample(&random)
    for command in [0, 6, 16, 255] as [UInt8] {
      image.put(command, MessageHeader.Layout.command)
      Structure.message.reseal(&image)
      #expect(defect(image, decodeMessage) == .commandUnknown(command))
    }
  }
}
