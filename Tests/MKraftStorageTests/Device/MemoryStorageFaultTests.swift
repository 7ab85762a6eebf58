import MKraftStorage
import SystemPackage
import Testing

@Suite struct MemoryStorageFaultTests {
  private func storage(_ count: Int) -> MemoryStorage {
    let storage = MemoryStorage()
    storage.replace(at: 0, with: IOBuffer(pattern(count)))
    return storage
  }

  @Test func flipsOneBit() throws {
    let device = storage(5000)
    device.flipBit(at: 4999 * 8 + 3)
    device.flipBit(at: 5000 * 8)
    var expected = pattern(5000)
    expected[4999] ^= 0b1000
    #expect(try device.contents() == expected)
    device.flipBit(at: 4999 * 8 + 3)
    #expect(try device.contents() == pattern(5000))
  }

  @Test func zerosAndGarblesNoMoreThanTheRange() throws {
    let device = storage(9000)
    device.zero(100..<5000)
    var generator = SplitMix64(seed: 1)
    device.garbage(6000..<20_000, using: &generator)
    let contents = try device.contents()
    #expect(contents.count == 9000)
    #expect(Array(contents[..<100]) == pattern(100))
    #expect(contents[100..<5000].allSatisfy { $0 == 0 })
    #expect(Array(contents[5000..<6000]) == pattern(1000, 5000))
    // 3000 random bytes show nearly every value, and agree with what was there in about 12 places.
    #expect(Set(contents[6000...]).count > 240)
    #expect(zip(contents[6000...], pattern(3000, 6000)).count { $0 == $1 } < 60)
  }

  @Test func copiesToAWrongPlace() throws {
    let device = storage(6000)
    device.copy(0..<4096, to: 1000)
    #expect(try device.contents() == pattern(1000) + pattern(4096) + pattern(904, 5096))
    device.copy(0..<512, to: 8192)
    #expect(device.byteCount == 8704)
  }

  @Test func failsReadsUntilWritten() throws {
    let device = storage(8192)
    device.failReads(1000..<3000)
    let buffer = IOBuffer(byteCount: 4096)
    func fails(_ range: Range<Int>, on device: MemoryStorage, _ location: SourceLocation = #_sourceLocation) {
      let error = #expect(throws: StorageError.self, sourceLocation: location) {
        _ = try device.read(range.count, at: UInt64(range.lowerBound), into: buffer)
      }
      let expected = StorageError(
        .read, nil, offset: UInt64(range.lowerBound), count: UInt64(range.count), cause: .errno(.ioError))
      #expect(error == expected, sourceLocation: location)
      #expect(error?.isDeviceError == true, sourceLocation: location)
    }
    fails(0..<1001, on: device)
    fails(2999..<3000, on: device)
    fails(0..<4096, on: device.snapshot())
    #expect(try device.read(1000, at: 0, into: buffer) == 1000)
    #expect(try device.read(4096, at: 3000, into: buffer) == 4096)
    try device.write(512, at: 1536, from: IOBuffer(pattern(512, 9)))
    #expect(try device.read(512, at: 1536, into: buffer) == 512)
    #expect(buffer.array(0..<512) == pattern(512, 9))
    fails(1535..<1537, on: device)
    fails(2047..<2049, on: device)
    device.healAll()
    #expect(try device.read(4096, at: 0, into: buffer) == 4096)
    device.failReads(0..<512, healsWhenWritten: false)
    try device.write(4096, at: 0, from: buffer)
    fails(0..<512, on: device)
  }

  @Test func failsWritesAndChangesNothing() throws {
    let device = storage(4096)
    device.failWrites(600..<700)
    let error = #expect(throws: StorageError.self) { try device.write(2048, at: 0, from: IOBuffer(byteCount: 2048)) }
    #expect(error == StorageError(.write, nil, offset: 0, count: 2048, cause: .errno(.ioError)))
    #expect(error?.description == "cannot write 2048 bytes at offset 0 of the device: Input/output error (EIO)")
    #expect(try device.contents() == pattern(4096))
    #expect(device.inFlight.isEmpty)
    try device.write(512, at: 0, from: IOBuffer(byteCount: 512))
  }

  @Test func canBeFull() throws {
    let device = storage(4096)
    device.failWrites(4096..<MemoryStorage.byteCountMax, with: .noSpace)
    try device.write(4096, at: 0, from: IOBuffer(byteCount: 4096))
    let growing = #expect(throws: StorageError.self) { try device.resize(to: 8192) }
    #expect(growing?.isOutOfSpace == true)
    #expect(growing?.description == "cannot resize the device to 8192 bytes: No space left on device (ENOSPC)")
    #expect(throws: StorageError.self) { try device.write(512, at: 4096, from: IOBuffer(byteCount: 512)) }
    #expect(device.byteCount == 4096)
    try device.resize(to: 512)
  }

  @Test func losesOneWrite() throws {
    let device = storage(2048)
    device.loseNextWrite()
    try device.write(512, at: 0, from: IOBuffer(byteCount: 512))
    #expect(try device.contents() == pattern(2048))
    try device.write(512, at: 0, from: IOBuffer(pattern(512, 5)))
    #expect(try device.contents() == pattern(512, 5) + pattern(1536, 512))
    device.loseNextWrite()
    _ = try device.submit(512, at: 1024, from: IOBuffer(byteCount: 512))
    #expect(try device.cut { _, _ in true }.contents() == pattern(512, 5) + pattern(1536, 512))
  }

  @Test func splitMix64IsThePublishedGenerator() {
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }
}
