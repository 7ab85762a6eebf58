import MKraftStorage
import Testing

@Suite struct IOBufferTests {
  @Test func isZeroAtFirst() {
    let buffer = IOBuffer(byteCount: 70_000, alignment: 65536)
    #expect(buffer.byteCount == 70_000)
    #expect(buffer.bytes.byteCount == 70_000)
    #expect(buffer.array(0..<70_000).allSatisfy { $0 == 0 })
  }

  @Test func isAligned() {
    for alignment in [16, 512, 4096, 65536] {
      #expect(IOBuffer(byteCount: 3, alignment: alignment).isAligned(0, to: alignment))
    }
    #expect(!IOBuffer(byteCount: 1024).isAligned(512, to: 4096))
  }

  /// Whether or not the system has huge pages to give.
  @Test func liesInHugePages() {
    let buffer = IOBuffer(hugePagesFor: 3_000_000)
    #expect(buffer.byteCount == 3_000_000 && buffer.isAligned(0, to: 2 << 20))
    #expect(buffer.array(0..<3_000_000).allSatisfy { $0 == 0 })
  }

  @Test func changesThroughItsSpan() {
    let buffer = IOBuffer(byteCount: 16)
    var bytes = buffer.mutableBytes
    bytes.storeBytes(of: 0x0403_0201 as UInt32, toByteOffset: 4, as: UInt32.self)
    #expect(buffer.array(3..<9) == [0, 1, 2, 3, 4, 0])
  }

  @Test func copiesAndZeroes() {
    let buffer = IOBuffer(pattern(100))
    buffer.zero(10..<20)
    #expect(buffer.array(0..<100) == pattern(10) + [UInt8](repeating: 0, count: 10) + pattern(80, 20))

    let other = IOBuffer(byteCount: 8)
    other.copy(from: buffer, range: 50..<54, at: 3)
    #expect(other.array(0..<8) == [0, 0, 0] + pattern(4, 50) + [0])
    buffer.copy(from: buffer, range: 50..<60, at: 55)
    #expect(buffer.array(50..<65) == pattern(5, 50) + pattern(10, 50))
  }

  @Test func doesNotReachBeyondItsEnd() async {
    await #expect(processExitsWith: .failure) { IOBuffer(byteCount: 8).zero(4..<9) }
    await #expect(processExitsWith: .failure) { IOBuffer(byteCount: 8).copy(from: pattern(3).span, at: 6) }
    await #expect(processExitsWith: .failure) { IOBuffer(byteCount: 8).copy(from: pattern(3).span, at: -1) }
  }
}
