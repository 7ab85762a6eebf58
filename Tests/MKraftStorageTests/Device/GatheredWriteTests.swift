import MKraftStorage
import SystemPackage
import Testing

@Suite struct GatheredWriteTests {
  private func parts() -> [WritePart] {
    [(1, 4096), (2, 8192), (3, 4096)].map { byte, count in
      WritePart(IOBuffer([UInt8](repeating: UInt8(byte), count: 8192)), count)
    }
  }

  private var expected: [UInt8] {
    [UInt8](repeating: 1, count: 4096) + [UInt8](repeating: 2, count: 8192) + [UInt8](repeating: 3, count: 4096)
  }

  @Test func partsLieOneBehindTheOther() throws {
    let directory = try TemporaryDirectory()
    let file = try FileStorage.open(try directory.file("gathered", pattern(32_768)), for: .replica)
    for storage in [file, MemoryStorage(byteCount: 32_768)] as [any Storage] {
      try storage.write(parts(), at: 4096)
      let buffer = IOBuffer(byteCount: 16_384)
      #expect(try storage.read(16_384, at: 4096, into: buffer) == 16_384)
      #expect(buffer.array(0..<16_384) == expected)
    }
  }

  @Test func noPartIsNoWrite() throws {
    let directory = try TemporaryDirectory()
    let storage = try FileStorage.open(try directory.file("none", pattern(4096)), for: .replica)
    try storage.write([], at: 0)
  }

  @Test func anErrorNamesTheWholeWrite() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("misaligned", pattern(32_768))
    let storage = try FileStorage.open(path, for: .replica)
    guard storage.readMode == .direct else { return }
    #expect(
      throws: StorageError(
        .write, path, offset: 100, count: 16_384, cause: .misaligned(alignment: storage.directAlignment))
    ) { try storage.write(parts(), at: 100) }
  }
}
