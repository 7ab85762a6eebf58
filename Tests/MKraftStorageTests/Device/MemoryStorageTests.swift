import MKraftStorage
import SystemPackage
import Testing

extension Storage {
  /// The whole contents.
  func contents() throws -> [UInt8] {
    guard byteCount > 0 else { return [] }
    let buffer = IOBuffer(byteCount: Int(byteCount))
    return buffer.array(0..<(try read(Int(byteCount), at: 0, into: buffer)))
  }
}

@Suite struct MemoryStorageTests {
  private func storage(_ contents: [UInt8]) -> MemoryStorage {
    let storage = MemoryStorage()
    storage.replace(at: 0, with: IOBuffer(contents))
    return storage
  }

  @Test func readsAsAFileDoes() throws {
    let contents = pattern(10_001)
    let device = storage(contents)
    #expect(device.byteCount == 10_001)
    let ranges = [(0, 0), (1, 0), (512, 512), (513, 7), (4096, 0), (8192, 1)]
    for offset in [0, 1, 511, 512, 4096, 9_999, 10_001, 10_002, 50_000] {
      for (count, start) in ranges {
        let buffer = IOBuffer([UInt8](repeating: 0xee, count: 8300))
        let expected = Array(contents.dropFirst(offset).prefix(count))
        let got = try device.read(count, at: UInt64(offset), into: buffer, from: start)
        #expect(got == expected.count)
        #expect(buffer.array(start..<start + got) == expected)
        #expect(buffer.array(start + got..<start + count).allSatisfy { $0 == 0 })
        #expect(buffer.array(0..<start).allSatisfy { $0 == 0xee })
        #expect(buffer.array(start + count..<8300).allSatisfy { $0 == 0xee })
      }
    }
    #expect(try device.read(4096, at: UInt64.max - 100, into: IOBuffer(byteCount: 4096)) == 0)
  }

  @Test func writesAndGrows() throws {
    let device = MemoryStorage(byteCount: 1000)
    try device.write(1024, at: 4608, from: IOBuffer(pattern(1024)))
    let zeros = [UInt8](repeating: 0, count: 4608)
    #expect(try device.contents() == zeros + pattern(1024))
    let far = #expect(throws: StorageError.self) {
      try device.write(512, at: MemoryStorage.byteCountMax, from: IOBuffer(byteCount: 512))
    }
    #expect(far?.isOutOfSpace == true)
  }

  @Test func refusesWhatIsOffAlignment() {
    let device = MemoryStorage(byteCount: 65_536, directAlignment: 4096)
    let buffer = IOBuffer(byteCount: 8192)
    for (count, offset, start) in [(512, 0, 0), (4096, 512, 0), (4096, 0, 512)] {
      let error = #expect(throws: StorageError.self) {
        try device.write(count, at: UInt64(offset), from: buffer, from: start)
      }
      #expect(error?.cause == .misaligned(alignment: 4096))
    }
  }

  @Test func isZeroAfterBecomingShorterAndLonger() throws {
    let device = storage(pattern(10_000))
    let before = device.snapshot()
    device.truncate(to: 5_000)
    try device.resize(to: 12_000)
    #expect(try device.contents() == pattern(5_000) + [UInt8](repeating: 0, count: 7_000))
    device.truncate(to: 0)
    device.truncate(to: 600)
    #expect(try device.contents() == [UInt8](repeating: 0, count: 600))
    #expect(try before.contents() == pattern(10_000))
    #expect(throws: StorageError.self) { try device.resize(to: MemoryStorage.byteCountMax + 1) }
  }

  @Test func snapshotsLiveApart() throws {
    let first = storage(pattern(9000))
    let second = first.snapshot()
    second.zero(0..<4096)
    try first.write(512, at: 512, from: IOBuffer(pattern(512, 99)))
    let third = second.snapshot()
    third.zero(4096..<9000)
    #expect(try first.contents() == pattern(512) + pattern(512, 99) + pattern(7976, 1024))
    #expect(try second.contents() == [UInt8](repeating: 0, count: 4096) + pattern(4904, 4096))
    #expect(try third.contents() == [UInt8](repeating: 0, count: 9000))
  }

  @Test func showsAWriteOnlyWhenItIsComplete() throws {
    let device = storage(pattern(2048))
    let buffer = IOBuffer(pattern(1024, 50))
    let first = try device.submit(512, at: 512, from: buffer)
    let second = try device.submit(512, at: 2048, from: buffer, from: 512)
    buffer.zero(0..<1024)
    #expect(try device.contents() == pattern(2048))
    #expect(first < second)
    #expect(device.inFlight.map(\.token) == [first, second])
    #expect(device.inFlight.map(\.range) == [512..<1024, 2048..<2560])
    try device.complete(second)
    #expect(try device.contents() == pattern(2048) + pattern(512, 562))
    try device.complete(first)
    #expect(try device.contents() == pattern(512) + pattern(512, 50) + pattern(1024, 1024) + pattern(512, 562))
    #expect(device.inFlight.isEmpty)
  }

  @Test func takesNoTwoWritesOfOneAtom() async {
    await #expect(processExitsWith: .failure) {
      let device = MemoryStorage(byteCount: 4096)
      _ = try device.submit(1024, at: 0, from: IOBuffer(byteCount: 1024))
      _ = try device.submit(1024, at: 512, from: IOBuffer(byteCount: 1024))
    }
    await #expect(processExitsWith: .failure) {
      let device = MemoryStorage(byteCount: 4096)
      let token = try device.submit(1024, at: 0, from: IOBuffer(byteCount: 1024))
      try device.complete(token)
      try device.complete(token)
    }
  }
}
