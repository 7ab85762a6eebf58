import MKraftForensics
import MKraftFormat
import Testing

@Suite struct SuperblockFieldTests {
  /// Every byte of a superblock belongs to exactly one field, however many members and suffix headers are in use.
  @Test func fieldsCoverEveryByteOnce() {
    for (members, suffix) in [(0, 0), (1, 0), (3, 1), (16, 32), (5, 31), (15, 2)] {
      let fields = SuperblockField.all(members: members, suffix: suffix)
      var end = 0
      for field in fields {
        #expect(field.offset == end, "\(field.name) with \(members) members and \(suffix) suffix headers")
        end = field.range.upperBound
        #expect(!field.meaning.isEmpty && !field.defense.isEmpty, "\(field.name)")
      }
      #expect(end == Superblock.byteCount)
      #expect(Set(fields.map(\.name)).count == fields.count)
    }
  }

  /// Counts out of hostile bytes.
  @Test func takesCountsBeyondTheLimits() {
    let fields = SuperblockField.all(members: 510, suffix: 4_000_000)
    #expect(fields.map(\.name) == SuperblockField.all(members: 16, suffix: 32).map(\.name))
    #expect(SuperblockField.all(members: -1, suffix: -1).count == SuperblockField.all(members: 0, suffix: 0).count)
  }

  @Test func valuesByTheirMeaning() throws {
    let file = try SampleFile()
    let bytes = file.bytes(of: file.superblock)
    let values = Dictionary(
      uniqueKeysWithValues: SuperblockField.all(members: 1, suffix: 0).map { ($0.name, $0.value(in: bytes.rawSpan)) })
    #expect(values["cluster"] == .identifier(SampleFile.cluster))
    #expect(values["magic"] == .text(Array("MKRAFTDF".utf8)))
    #expect(values["message_size"] == .byteCount(8192))
    #expect(values["slot_count"] == .number(64))
    #expect(values["term"] == .number(1))
    #expect(values["virgin"] == .flag(0))
    #expect(values["release"] == .release(FormatVersion.release))
    #expect(values["kind"] == .named(1, name: "superblock"))
    #expect(values["checkpoint_header.operation"] == .named(1, name: "root"))
    #expect(values["members[0]"] == .identifier(MemberList.memberID(cluster: SampleFile.cluster, index: 0)))
    #expect(values["members[1..<16]"] == .zero(nonZero: 0))
    #expect(values["checkpoint_header.timestamp"] == .time(0))
    #expect(values["tree_root.address"] == .number(0))
  }

  @Test func garbageWhereZeroMustBe() throws {
    let file = try SampleFile()
    var bytes = file.bytes(of: file.superblock)
    bytes[700] = 1
    bytes[701] = 2
    let fields = SuperblockField.all(members: 1, suffix: 0)
    let found = fields.filter { if case .zero(1...) = $0.value(in: bytes.rawSpan) { true } else { false } }
    #expect(found.map(\.name) == ["members[1..<16]"])
    #expect(found.first?.value(in: bytes.rawSpan) == .zero(nonZero: 2))
  }
}

extension SampleFile {
  /// A copy's 16 KiB.
  func bytes(of superblock: Superblock) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Superblock.byteCount)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    superblock.encode(into: &raw)
    return bytes
  }
}
