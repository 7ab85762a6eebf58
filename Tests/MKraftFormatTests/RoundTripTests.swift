import MKraftFormat
import Testing

/// What is encoded is decoded again, field by field.
@Suite struct RoundTripTests {
  @Test func prepareHeaders() throws {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let header = PrepareHeader.random(&random)
      #expect(differences(try decodePrepare(bytes(of: header)), header) == [], "seed \(seed)")
    }
    for kind in [StructureKind.reserved, .unknown] {
      for slot in [0, 1, 1023, 1 << 20 - 1, Int(UInt32.max)] {
        let header = PrepareHeader.placeholder(kind, slot: slot, cluster: .max)
        #expect(differences(try decodePrepare(bytes(of: header)), header) == [], "\(kind) \(slot)")
      }
    }
    let root = PrepareHeader.root(cluster: 7)
    #expect(differences(try decodePrepare(bytes(of: root)), root) == [])
    #expect(matches(root, []))
  }

  @Test func replyHeaders() throws {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let header = ReplyHeader.random(&random)
      #expect(differences(try decodeReply(bytes(of: header)), header) == [], "seed \(seed)")
    }
    let blank = ReplyHeader.reserved(slot: 4095, cluster: .max)
    #expect(differences(try decodeReply(bytes(of: blank)), blank) == [])
  }

  @Test func messageHeaders() throws {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let header = MessageHeader.random(&random)
      #expect(differences(try decodeMessage(bytes(of: header)), header) == [], "seed \(seed)")
    }
  }

  @Test func blocks() throws {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let place = 256 + random.below(4096)
      let (header, bytes) = BlockHeader.random(&random, size: 256 + random.below(place - 255), place: place)
      #expect(differences(try decodeBlock(bytes), header) == [], "seed \(seed)")
    }
  }

  @Test func superblocks() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let superblock = Superblock.random(&random)
      #expect(superblock.brokenInvariants.elements == [], "seed \(seed)")
      let image = bytes(of: superblock)
      let decoded = try decodeSuperblock(image)
      #expect(differences(decoded, superblock) == [], "seed \(seed)")
      #expect(bytes(of: decoded) == image, "seed \(seed)")
    }
    let formatted = Superblock.formatted()
    #expect(differences(try decodeSuperblock(bytes(of: formatted)), formatted) == [])
  }

  /// A structure in the middle of a larger buffer touches nothing around it.
  @Test func encodingStaysInItsPlace() {
    var random = SplitMix64(seed: 5)
    let header = PrepareHeader.random(&random)
    let around = image(1024) { header.encode(into: &$0, at: 300) }
    #expect(Array(around[300..<556]) == bytes(of: header))
    #expect((around[..<300] + around[556...]).allSatisfy { $0 == 0xFF })
  }

  /// Rows follow each other without a gap, and each has a name and a meaning.
  @Test func layoutsCoverTheirStructures() {
    let tables: [(String, Int, [FieldRow])] = [
      ("prepare", 256, PrepareHeader.Layout.rows), ("reply", 256, ReplyHeader.Layout.rows),
      ("block", 256, BlockHeader.Layout.rows), ("message", 256, MessageHeader.Layout.rows),
      ("superblock", 16384, Superblock.Layout.rows), ("checkpoint", 512, CheckpointState.Layout.rows),
      ("reference", 32, BlockReference.Layout.rows), ("session", 128, SessionRecord.Layout.rows),
      ("tree entry", 8, TreeNode.EntryLayout.rows), ("flat superblock", 16384, Structure.superblock.rows),
    ]
    for (name, byteCount, rows) in tables {
      var end = 0
      for row in rows {
        #expect(row.offset == end, "\(name): \(row.name)")
        #expect(!row.name.isEmpty && row.size > 0)
        end = row.offset + row.size
      }
      #expect(end == byteCount, "\(name)")
      let names = rows.map(\.name).filter { $0 != "reserved" }
      #expect(name.hasPrefix("flat") || Set(names).count == names.count, "\(name)")
    }
  }

  /// Each field of the layout is the property of that name: encoding and decoding could otherwise agree on a swap.
  @Test func fieldsAreTheirProperties() {
    var random = SplitMix64(seed: 6)
    let image = bytes(of: PrepareHeader.random(&random))
    for row in PrepareHeader.Layout.rows where !["reserved", "nonce", "tag", "kind"].contains(row.name) {
      var changed = image
      for offset in row.range { changed[offset] ^= 0xFF }
      let words = row.name.split(separator: "_").map(String.init)
      let name = words[0] + words.dropFirst().map { $0 == "id" ? "ID" : $0.capitalizedFirst }.joined()
      let before = unsafe PrepareHeader(unverified: image.span.bytes)
      let after = unsafe PrepareHeader(unverified: changed.span.bytes)
      #expect(differences(before, after) == [".\(name)"])
    }
  }

  /// Every field counts, and none counts twice.
  @Test func everyFieldOfASuperblockIsOneProperty() {
    var random = SplitMix64(seed: 7)
    var superblock = Superblock.random(&random, suffixCount: 32)
    superblock.clean = LogPosition(op: .max, term: 1, checksum: 1)
    let image = bytes(of: superblock)
    let before = unsafe Superblock(unverified: image.span.bytes)
    let silent: Set<String> = [
      "magic", "format_version", "checksum_algorithm", "kind", "reserved", "nonce", "tag", "copy",
    ]
    let flags: Set<String> = ["virgin", "clean", "suffix_count"]
    for row in Structure.superblock.rows where !silent.contains(row.name) && !flags.contains(row.name) {
      var changed = image
      let offset = row.offset + random.below(row.size)
      changed[offset] ^= 1
      let after = unsafe Superblock(unverified: changed.span.bytes)
      #expect(differences(before, after).count == 1, "\(row.name) at \(offset)")
    }
  }

  @Test func bodiesAreMatchedByLengthAndChecksum() {
    let body: [UInt8] = Array(0..<100)
    var header = PrepareHeader()
    header.size = 356
    header.bodyChecksum = checksum(body, 0..<100, as: .prepareBody)
    #expect(matches(header, body))
    #expect(!matches(header, Array(body.dropLast())))
    #expect(!matches(header, body.reversed()))
    header.size = 0  // below a header's size: no body has that length
    #expect(!matches(header, []))
    var message = MessageHeader(.request, cluster: 1)
    unsafe message.seal(body: body.span.bytes)
    #expect(message.size == 356 && defect(bytes(of: message), decodeMessage) == nil)
    #expect(matches(message, body))
    #expect(!matches(message, Array(body.dropFirst())))
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
