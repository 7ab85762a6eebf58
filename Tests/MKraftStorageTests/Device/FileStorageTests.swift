import MKraftStorage
import SystemPackage
import Testing

@Suite struct FileStorageTests {
  /// Everywhere a file may have to live: the usual place, and a filesystem in memory, if there is one.
  private func directories() throws -> [TemporaryDirectory] {
    [try TemporaryDirectory()] + [try? TemporaryDirectory(below: "/dev/shm")].compactMap { $0 }
  }

  private static let accesses: [FileStorage.Access] = [.reading(cached: true), .reading(cached: false), .replica]

  @Test func readsEveryByteOfAnOddLength() throws {
    for directory in try directories() {
      for length in [0, 1, 511, 512, 4095, 4096, 4097, 12_800, 20_001] {
        let contents = pattern(length)
        let path = try directory.file("odd", contents)
        for access in Self.accesses {
          let storage = try FileStorage.open(path, for: access)
          #expect(storage.byteCount == UInt64(length))
          let buffer = IOBuffer(byteCount: 24_576)
          buffer.copy(from: [UInt8](repeating: 0xee, count: 24_576).span)
          let got = try storage.read(24_576, at: 0, into: buffer)
          #expect(got == length, "\(access) \(storage.readMode)")
          #expect(buffer.array(0..<24_576) == contents + [UInt8](repeating: 0, count: 24_576 - length))
        }
      }
    }
  }

  @Test func readsAnyRange() throws {
    let contents = pattern(10_001)
    for directory in try directories() {
      let path = try directory.file("any", contents)
      for access in Self.accesses {
        let storage = try FileStorage.open(path, for: access)
        for offset in [0, 1, 511, 512, 4096, 9_999, 10_001, 10_002, 50_000] {
          for (count, start) in [(0, 0), (1, 0), (512, 512), (513, 7), (4096, 0), (8192, 1)] {
            let buffer = IOBuffer([UInt8](repeating: 0xee, count: 8300))
            let expected = Array(contents.dropFirst(offset).prefix(count))
            let got = try storage.read(count, at: UInt64(offset), into: buffer, from: start)
            #expect(got == expected.count)
            #expect(buffer.array(start..<start + got) == expected)
            #expect(buffer.array(start + got..<start + count).allSatisfy { $0 == 0 })
            #expect(buffer.array(0..<start).allSatisfy { $0 == 0xee })
            #expect(buffer.array(start + count..<8300).allSatisfy { $0 == 0xee })
          }
        }
      }
    }
  }

  @Test func readsNothingWhereNoFileReaches() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("short", pattern(5))
    for access in Self.accesses {
      let storage = try FileStorage.open(path, for: access)
      let buffer = IOBuffer(byteCount: 4096)
      for offset in [UInt64(1) << 62, UInt64(Int64.max) - 4095, UInt64(1) << 63, UInt64.max - 4095, UInt64.max] {
        #expect(try storage.read(4096, at: offset, into: buffer) == 0)
        #expect(buffer.array(0..<4096).allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func saysHowItReads() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("mode", pattern(1))
    #expect(try FileStorage.open(path, for: .reading(cached: true)).readMode == .cached)
    #expect(try FileStorage.open(path, for: .reading(cached: false)).readMode != .cached)
    #expect(try FileStorage.open(path, for: .replica).readMode != .droppedBehind)
  }

  @Test func writesWhatIsThereAfterwards() throws {
    for directory in try directories() {
      let path = try directory.file("written", pattern(8192))
      let replica = try FileStorage.open(path, for: .replica)
      let buffer = IOBuffer(pattern(16_384, 3))
      try replica.write(4096, at: 4096, from: buffer, from: 8192)
      try replica.write(4096, at: 12_288, from: buffer)
      #expect(replica.byteCount == 16_384)
      let reader = try FileStorage.open(path, for: .reading(cached: false))
      let found = IOBuffer(byteCount: 16_384)
      #expect(try reader.read(16_384, at: 0, into: found) == 16_384)
      #expect(found.array(0..<4096) == pattern(4096))
      #expect(found.array(4096..<8192) == pattern(4096, 3 + 8192))
      #expect(found.array(8192..<12_288).allSatisfy { $0 == 0 })
      #expect(found.array(12_288..<16_384) == pattern(4096, 3))
    }
  }

  @Test func refusesToWriteOffAlignment() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("unaligned", pattern(8192))
    let storage = try FileStorage.open(path, for: .replica)
    guard storage.readMode == .direct else { return }
    let buffer = IOBuffer(byteCount: 8192)
    let alignment = storage.directAlignment
    for (count, offset, start) in [(alignment, 1, 0), (alignment - 1, 0, 0), (alignment, 0, 1)] {
      #expect {
        try storage.write(count, at: UInt64(offset), from: buffer, from: start)
      } throws: {
        ($0 as? StorageError)?.cause == .misaligned(alignment: alignment)
      }
    }
  }

  @Test func reportsARefusedWriteByPlaceAndName() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("readonly", pattern(4096))
    let storage = try FileStorage.open(path, for: .reading(cached: false))
    let error = #expect(throws: StorageError.self) {
      try storage.write(4096, at: 8192, from: IOBuffer(byteCount: 4096))
    }
    let expected = StorageError(.write, path, offset: 8192, count: 4096, cause: .errno(.badFileDescriptor))
    #expect(error == expected)
    #expect(
      error?.description == "cannot write 4096 bytes at offset 8192 of \(path.string): Bad file descriptor (EBADF)")
    let far = #expect(throws: StorageError.self) {
      try storage.write(4096, at: UInt64.max - 4095, from: IOBuffer(byteCount: 4096))
    }
    #expect(far?.cause == .errno(.fileTooLarge))
    #expect(far?.isOutOfSpace == true)
  }

  @Test func becomesLongerAndShorter() throws {
    for directory in try directories() {
      let path = try directory.file("length", pattern(5000))
      let storage = try FileStorage.open(path, for: .replica)
      try storage.resize(to: 1 << 20)
      #expect(storage.byteCount == 1 << 20)
      let size = try Stat(path)
      let reserves = (try? DataFileCreation(directory["probe"]).preallocate(4096)) != nil
      #expect(!reserves || size.blocksAllocated * 512 >= 1 << 20, "the space is reserved")
      let buffer = IOBuffer(byteCount: 8192)
      #expect(try storage.read(8192, at: 0, into: buffer) == 8192)
      #expect(buffer.array(0..<8192) == pattern(5000) + [UInt8](repeating: 0, count: 3192))
      try storage.resize(to: 777)
      #expect(storage.byteCount == 777)
      let error = #expect(throws: StorageError.self) { try storage.resize(to: UInt64.max) }
      #expect(error?.isOutOfSpace == true)
      #expect(storage.byteCount == 777)
    }
  }
}
