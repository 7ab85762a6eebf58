import MKraftFormat
import Testing

/// `man/mkraft-data-file.5` and `man/mkraft-protocol.5` are normative: what they say in tables is what the code does.
@Suite struct ManualTests {
  let dataFile: ManualPage
  let wire: ManualPage

  init() throws {
    dataFile = try ManualPage("mkraft-data-file.5")
    wire = try ManualPage("mkraft-protocol.5")
  }

  /// The bytes of each structure that its rows cover.
  private static let structures: [(name: String, rows: [FieldRow], covered: Range<Int>)] = [
    ("superblock", Superblock.Layout.rows, 0..<Superblock.byteCount),
    ("checkpoint", CheckpointState.Layout.rows, 0..<CheckpointState.byteCount),
    ("block-reference", BlockReference.Layout.rows, 0..<BlockReference.byteCount),
    ("prepare-header", PrepareHeader.Layout.rows, 0..<PrepareHeader.byteCount),
    ("reply-header", ReplyHeader.Layout.rows, 0..<ReplyHeader.byteCount),
    ("block-header", BlockHeader.Layout.rows, 0..<BlockHeader.byteCount),
    // What stands in a block behind its header, up to what has no fixed place.
    ("chain-block", BlockChain.rows, BlockHeader.byteCount..<BlockChain.payloadOffset),
    ("tree-node", TreeNode.Layout.rows, BlockHeader.byteCount..<TreeNode.Layout.ends),
    ("tree-entry", TreeNode.EntryLayout.rows, 0..<TreeNode.EntryLayout.byteCount),
    ("session-record", SessionRecord.Layout.rows, 0..<SessionRecord.byteCount),
    ("repair-mark", RepairMark.Layout.rows, 0..<RepairMark.byteCount),
    ("undo-log", UndoLogHeader.Layout.rows, 0..<UndoLogHeader.byteCount),
    ("undo-record", UndoRecordHeader.Layout.rows, 0..<UndoRecordHeader.byteCount),
    ("message-header", MessageHeader.Layout.rows, 0..<MessageHeader.byteCount),
  ]

  @Test func fieldTablesAreTheCodes() {
    for structure in ManualTests.structures {
      let page = structure.name == "message-header" ? wire : dataFile
      let code = structure.rows.map { [$0.name, "\($0.offset)", "\($0.size)", $0.meaning] }
      let found = differences(page: page.rows(structure.name), code: code)
      #expect(found.isEmpty, "\(structure.name): \(found)")
    }
  }

  @Test func rowsCoverTheirStructureWithoutGapOrOverlap() {
    for structure in ManualTests.structures {
      var end = structure.covered.lowerBound
      for row in structure.rows {
        #expect(row.offset == end && row.size > 0, "\(structure.name): \(row.name) at \(row.offset), not \(end)")
        end = row.offset + row.size
      }
      #expect(end == structure.covered.upperBound, "\(structure.name)")
    }
  }

  @Test func comparisonFindsMissingExtraAndChangedRows() {
    let code = ManualTests.structures[3].rows.map { [$0.name, "\($0.offset)", "\($0.size)", $0.meaning] }
    var changed = code
    changed[4][1] = "65"
    #expect(differences(page: code, code: code).isEmpty)
    #expect(differences(page: changed, code: code).count == 1)
    #expect(differences(page: Array(code.dropLast()), code: code).count == 1)
    #expect(!differences(page: Array(code.dropFirst()), code: code).isEmpty)
    #expect(differences(page: code + [code[0]], code: code).count == 1)
    #expect(!differences(page: [], code: code).isEmpty)
  }

  @Test func parserFindsEveryTable() {
    let expectedInDataFile = [
      "zones", "geometry", "kinds", "vectors", "structures", "superblock", "checkpoint", "block-reference",
      "prepare-header", "operations", "kv-batch", "kv-event", "kv-event-codes", "recovery-states",
      "recovery-decisions", "recovery-evidence", "reply-header", "block-header", "chain-block", "session-record",
      "tree-node", "tree-entry", "repair-mark", "undo-log", "undo-record", "invariants",
    ]
    let expectedInProtocol = [
      "message-header", "messages", "commands", "kv-results", "kv-result", "kv-statuses", "kv-pair", "refusals",
    ]
    #expect(dataFile.tables.map(\.name) == expectedInDataFile)
    #expect(wire.tables.map(\.name) == expectedInProtocol)
    for table in dataFile.tables + wire.tables {
      let widths = Set(table.rows.map(\.count))
      #expect(!table.rows.isEmpty && widths.count == 1, "\(table.name) has rows of one width")
    }
    // Every list of columns is one of these tables, so none escapes comparison.
    for page in [dataFile, wire] {
      let lists = page.text.split(separator: "\n").count { $0.hasPrefix(".Bl -column") }
      #expect(lists == page.tables.count)
    }
  }

  @Test func kinds() {
    let kindByte: [StructureKind: Int] = [
      .superblock: Superblock.Layout.kind.offset, .prepare: PrepareHeader.Layout.kind.offset,
      .reserved: PrepareHeader.Layout.kind.offset, .unknown: PrepareHeader.Layout.kind.offset,
      .reply: ReplyHeader.Layout.kind.offset, .replyReserved: ReplyHeader.Layout.kind.offset,
      .block: BlockHeader.Layout.kind.offset, .message: MessageHeader.Layout.kind.offset,
      .repairMark: RepairMark.Layout.kind.offset, .undoLog: UndoLogHeader.Layout.kind.offset,
      .undoRecord: UndoRecordHeader.Layout.kind.offset,
    ]
    let code = StructureKind.allCases.map { kind in
      ["\(kind.rawValue)", kind.name, String(kind.seed, radix: 16), kindByte[kind].map(String.init) ?? "none"]
    }
    #expect(differences(page: dataFile.rows("kinds"), code: code) == [])
  }

  @Test func invariantsOperationsCommandsRefusals() {
    let invariants = Invariant.allCases.map { [$0.name, $0.statement] }
    #expect(differences(page: dataFile.rows("invariants"), code: invariants) == [])
    let operations = Operation.allCases.map { ["\($0.rawValue)", $0.name] }
    #expect(differences(page: dataFile.rows("operations").map { Array($0.prefix(2)) }, code: operations) == [])
    let commands = Command.allCases.map { ["\($0.rawValue)", $0.name] }
    #expect(differences(page: wire.rows("commands").map { Array($0.prefix(2)) }, code: commands) == [])
    let refusals = Refusal.allCases.map { ["\($0.rawValue)", $0.name, $0.meaning] }
    #expect(differences(page: wire.rows("refusals"), code: refusals) == [])
    // What a client does about each refusal is said somewhere too.
    for refusal in Refusal.allCases {
      #expect(wire.text.split(separator: "\n").contains { $0.hasPrefix(".It Sy") && $0.contains(refusal.name) })
    }
  }

  @Test func defectsAreNamed() {
    let superblock: [SuperblockDefect] = [
      .allZero, .magicMismatch, .versionUnknown(2), .checksumAlgorithmUnknown(2),
      .checksumMismatch(stored: 0, computed: 1), .featuresUnknown(1), .kindMismatch(2), .copyNumberInvalid(4),
      .violates(InvariantSet()),
    ]
    for defect in superblock { #expect(dataFile.says(".Em \(defect.name)"), "\(defect.name)") }
    let header: [HeaderDefect] = [.allZero, .kindUnknown(9), .checksumMismatch(stored: 0, computed: 1)]
    for defect in header { #expect(dataFile.says(".Em \(defect.name)"), "\(defect.name)") }
  }

  @Test func geometryLimitsAndDefaults() {
    func row(_ name: String, _ range: ClosedRange<some FixedWidthInteger>, _ initial: some FixedWidthInteger)
      -> [String]
    {
      [name, "\(range.lowerBound)", "\(range.upperBound)", "\(initial)"]
    }
    let code = [
      row("io_unit", Geometry.ioUnitRange, Geometry.defaultIOUnit),
      row("slot_count", Geometry.slotCountRange, Geometry.defaultSlotCount),
      row("message_size", Geometry.messageSizeRange, Geometry.defaultMessageSize),
      row("pipeline", Geometry.pipelineRange, Geometry.defaultPipeline),
      ["checkpoint_interval", "2", "see below", "see below"],
      ["headroom", "1", "see below", "see below"],
      row("sessions", Geometry.sessionsRange, Geometry.defaultSessions),
      row("block_size", Geometry.blockSizeRange, Geometry.defaultBlockSize),
      [
        "grid_blocks_max", "see below", "\(Geometry.gridBlocksMaxRange.upperBound)", "\(Geometry.defaultGridBlocksMax)",
      ],
    ]
    #expect(differences(page: dataFile.rows("geometry"), code: code) == [])
    let reserve = Geometry.noopReserve
    #expect(dataFile.says("slot_count - \(reserve) - pipeline - max(pipeline, headroom)"))
    for geometry in [Geometry(), ManualExamples.smallest] {
      let sum =
        "\(geometry.slotCount) - \(reserve) - \(geometry.pipeline) - \(geometry.headroom) = \(geometry.checkpointInterval)"
      #expect(dataFile.says(sum), "\(sum)")
      #expect(geometry.brokenInvariants.isEmpty)
      #expect(geometry.headroom == min(128, geometry.slotCount / 8))
    }
  }

  @Test func zones() {
    let (usual, smallest) = (Geometry(), ManualExamples.smallest)
    let code = Zone.allCases.map { zone in
      [
        zone.name, "\(usual.offset(of: zone))", "\(usual.byteCount(of: zone))", "\(smallest.offset(of: zone))",
        "\(smallest.byteCount(of: zone))",
      ]
    }
    #expect(differences(page: dataFile.rows("zones"), code: code) == [])
    #expect(dataFile.says("the smallest file is \(smallest.fileSizeAtFormat) bytes long"))
    #expect(dataFile.says("No geometry has its grid beyond offset \(Geometry.gridOffsetMax)."))
  }

  /// What the page says of blocks outside its tables.
  @Test func gridFormulas() {
    // The page's own example for the defaults, and the least number that any geometry may have.
    #expect(Geometry().trailersMax == 259 && Geometry().gridBlocksMin == 809)
    #expect(dataFile.says("With the defaults T = 1 + 2 * 129 = 259, so at least 809 blocks"))
    let least = Geometry(sessions: 1, gridBlocksMax: 41)
    #expect(least.trailersMax == 3 && least.gridBlocksMin == 41 && least.brokenInvariants.isEmpty)
    #expect(dataFile.says("the least of all is 3 * 3 + 32 = 41"))
    for type in BlockHeader.BlockType.allCases {
      #expect(BlockHeader.Layout.type.row.meaning.contains("\(type.rawValue) "), "\(type)")
    }
    // 12 + key_size + value_size <= (block_size - 264) / 4, by words and at the limit: (16384 - 264) / 4 = 4030.
    #expect(dataFile.says("12 + key_size + value_size <= (block_size - 264) / 4"))
    #expect(TreeNode.isInline(keySize: 18, valueSize: 4000, blockSize: 16384))
    #expect(!TreeNode.isInline(keySize: 18, valueSize: 4001, blockSize: 16384))
    #expect(dataFile.says("Record .Em i , from 0, is that of the owner of reply slot .Em i ;"))
  }

  /// The offsets again, from the page's formulas instead of the code's loop over zones.
  @Test func zoneFormulas() {
    func up(_ bytes: UInt64) -> UInt64 { (bytes + (1 << 20) - 1) / (1 << 20) * (1 << 20) }
    for slots: UInt32 in [64, 1024, 4112, 1 << 20] {
      for message: UInt32 in [4096, 65536, 1 << 20] {
        for sessions: UInt32 in [1, 64, 4095] {
          let geometry = Geometry(slotCount: slots, messageSize: message, sessions: sessions)
          let prepares = (1 << 20) + up(256 * UInt64(slots)) + (1 << 20)
          let replies = prepares + up(UInt64(message) * UInt64(slots)) + (1 << 20)
          let grid = replies + up(UInt64(message) * UInt64(sessions)) + (1 << 20)
          #expect(geometry.brokenInvariants.isEmpty)
          #expect(geometry.offset(of: .walPrepares) == prepares)
          #expect(geometry.offset(of: .replies) == replies)
          #expect(geometry.offset(of: .grid) == grid)
          #expect(geometry.headerOffset(slot: 3) == 1_048_576 + 768)
          #expect(geometry.prepareOffset(slot: 3) == prepares + 3 * UInt64(message))
          #expect(geometry.replyOffset(slot: 0) == replies)
        }
      }
    }
  }

  @Test func testVectors() throws {
    for row in dataFile.rows("vectors") {
      let byteCount = try #require(Int(row[0]))
      #expect(ManualExamples.vector(byteCount: byteCount, seed: row[1]) == row[2], "\(row)")
    }
    for byteCount in ["0", "240", "1048576"] {
      for seed in ["0", "superblock", "prepare", "prepare-body"] {
        #expect(dataFile.rows("vectors").contains { $0[0] == byteCount && $0[1] == seed }, "\(byteCount) \(seed)")
      }
    }
    // As `xxhsum -H2` prints them; not computed here.
    let published = [
      "0": "99aa06d3014798d86001c324468d497f", "1": "a6cd5e9392000f6ac44bdff4074eecdb",
      "240": "65b5be86da5540e7c92b68e16f83bbb6", "16360": "555378a5033ba1cf734105642e9ee5dc",
      "1048576": "53738d98098cabba6e0d7ac36b8c10ff",
    ]
    for row in dataFile.rows("vectors") where row[1] == "0" { #expect(published[row[0]] == row[2]) }
  }

  @Test func structuresAndMessages() {
    let cluster = ManualExamples.cluster
    let superblock = ManualExamples.freshSuperblock()
    #expect(superblock.brokenInvariants.isEmpty)
    let structures = [
      ["root header", PrepareHeader.root(cluster: cluster).checksum.hex],
      ["reserved header of slot 1", PrepareHeader.placeholder(.reserved, slot: 1, cluster: cluster).checksum.hex],
      ["unknown header of slot 1", PrepareHeader.placeholder(.unknown, slot: 1, cluster: cluster).checksum.hex],
      ["reply-reserved header of reply slot 1", ReplyHeader.reserved(slot: 1, cluster: cluster).checksum.hex],
      ["member id of index 0", MemberList.memberID(cluster: cluster, index: 0).hex],
      ["member id of index 1", MemberList.memberID(cluster: cluster, index: 1).hex],
      ["checkpoint id of a fresh file", superblock.checkpoint.id.hex],
      ["superblock of a fresh file", superblock.checksum.hex],
    ]
    #expect(differences(page: dataFile.rows("structures"), code: structures) == [])
    let messages = [
      ["ping-client, echo 7", ManualExamples.ping().checksum.hex],
      ["register, client 1", ManualExamples.register().checksum.hex],
    ]
    #expect(differences(page: wire.rows("messages"), code: messages) == [])
  }
}
