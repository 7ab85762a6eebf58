import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// Copies of files on a real filesystem.
@Suite struct FileCopyTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// 8 MiB with data at its beginning, in the middle and at an odd end.
  private func original() throws -> FileStorage {
    let path = try directory.file("original", [UInt8](repeating: 1, count: 5000))
    let file = try FileDescriptor.open(path, .writeOnly)
    try file.closeAfter {
      _ = try file.writeAll(toAbsoluteOffset: 4 << 20, [UInt8](repeating: 2, count: 70_000))
      _ = try file.writeAll(toAbsoluteOffset: 8 << 20, [3, 4, 5])
    }
    return try FileStorage.open(path, for: .reading(cached: true))
  }

  private func bytes(_ storage: FileStorage) throws -> [UInt8] {
    let buffer = IOBuffer(byteCount: Int(storage.byteCount))
    #expect(try storage.read(buffer.byteCount, at: 0, into: buffer) == buffer.byteCount)
    return [UInt8](copying: buffer.bytes)
  }

  @Test func copiesAreTheSameAndHolesStayHoles() throws {
    let original = try original()
    var offsets: [UInt64] = []
    #expect(
      try original.copy(to: directory["copy"]) {
        offsets.append($0)
        return true
      })
    let copy = try FileStorage.open(directory["copy"], for: .reading(cached: true))
    #expect(try bytes(copy) == bytes(original))
    let (from, to) = (try #require(original.stamp), try #require(copy.stamp))
    #expect(from.identity != to.identity && from.byteCount == to.byteCount)
    #expect(to.bytesOnDisk < 2 << 20, "holes stay holes")
    #expect(offsets == offsets.sorted() && !offsets.isEmpty)
  }

  @Test func nothingIsReplacedAndNothingIsLeft() throws {
    let original = try original()
    let taken = try directory.file("taken", [9])
    #expect(throws: StorageError.self) { try original.copy(to: taken) }
    #expect(try bytes(FileStorage.open(taken, for: .reading(cached: true))) == [9])
    #expect(try original.copy(to: directory["given-up"]) { _ in false } == false)
    #expect(directory.names == ["original", "taken"])
  }

  /// Holes are passed over, data never is.
  @Test func dataIsFoundBehindHoles() throws {
    let original = try original()
    for offset in [0, 4999, 4 << 20, (4 << 20) + 69_999, 8 << 20, (8 << 20) + 2] as [UInt64] {
      #expect(original.nextData(from: offset) == offset)
    }
    #expect(original.nextData(from: 1 << 20) == 4 << 20)
    #expect(original.nextData(from: 5 << 20) == 8 << 20)
    #expect(original.nextData(from: (8 << 20) + 3) == nil, "the end of the file")
    let hole = try directory.file("hole")
    let file = try FileDescriptor.open(hole, .writeOnly)
    try file.closeAfter { try file.resize(to: 1 << 30) }
    let storage = try FileStorage.open(hole, for: .reading(cached: false))
    #expect(storage.nextData(from: 0) == nil && storage.byteCount == 1 << 30)
    // Beyond what the system can be asked about nothing is claimed.
    #expect(storage.nextData(from: .max) == .max)
  }

  /// A device that knows no holes.
  @Test func withoutKnowledgeAnythingMayStandAnywhere() {
    let storage = MemoryStorage(byteCount: 1 << 20)
    for offset in [0, 1, 1 << 20, .max] as [UInt64] { #expect(storage.nextData(from: offset) == offset) }
  }

  /// A stamp tells a file from another, and from itself after a change.
  @Test func stampsTellChanges() throws {
    let original = try original()
    let before = try #require(original.stamp)
    #expect(original.stamp == before)
    let file = try FileDescriptor.open(directory["original"], .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: 0, [7, 7]) }
    let after = try #require(original.stamp)
    #expect(after != before && after.identity == before.identity)
  }
}
