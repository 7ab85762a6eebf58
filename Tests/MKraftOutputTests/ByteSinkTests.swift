import Glibc
import MKraftOutput
import SystemPackage
import Testing

@Suite struct ByteSinkTests {
  @Test func decimalNumbers() {
    let texts = written {
      for value: UInt64 in [0, 9, 10, 99, 100, 1_234_567_890, .max] {
        $0.writeDecimal(value)
        $0.write(" ")
      }
    }
    #expect(texts == "0 9 10 99 100 1234567890 18446744073709551615 ")
    #expect(written { $0.writeDecimal(Int.min) } == "-9223372036854775808")
    #expect(written { $0.writeDecimal(-1 as Int) } == "-1")
  }

  @Test func wideDecimalNumbersKeepInnerZeros() {
    #expect(written { $0.writeDecimal(UInt128.max) } == "340282366920938463463374607431768211455")
    #expect(written { $0.writeDecimal(UInt128(UInt64.max) + 1) } == "18446744073709551616")
    #expect(written { $0.writeDecimal(UInt128(10_000_000_000_000_000_000) * 10 + 7) } == "100000000000000000007")
    #expect(written { $0.writeDecimal(0 as UInt128) } == "0")
    #expect(written { $0.writeDecimal(7, digits: 3) } == "007")
    #expect(written { $0.writeDecimal(1234, digits: 3) } == "1234")
  }

  @Test func hexadecimalNumbers() {
    #expect(written { $0.writeHex(0 as UInt64) } == "0")
    #expect(written { $0.writeHex(0xABC as UInt64) } == "abc")
    #expect(written { $0.writeHex(0xABC as UInt64, digits: 8) } == "00000abc")
    #expect(written { $0.writeHex(UInt64.max) } == "ffffffffffffffff")
    #expect(written { $0.writeHex(0x1F as UInt128) } == "0000000000000000000000000000001f")
    #expect(
      written { $0.writeHex(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210 as UInt128) }
        == "0123456789abcdeffedcba9876543210")
    let bytes: [UInt8] = [0, 0x0A, 0xFF]
    #expect(written { $0.writeHex(bytes.span) } == "000aff")
  }

  @Test func numbersAgreeWithTheStandardLibrary() {
    var value: UInt128 = 1
    for _ in 0..<2000 {
      value = value &* 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645 &+ 0x5851_F42D_4C95_7F2D
      let wide = value >> (value & 127)
      let narrow = UInt64(truncatingIfNeeded: wide)
      #expect(written { $0.writeDecimal(wide) } == String(wide))
      #expect(written { $0.writeDecimal(narrow) } == String(narrow))
      #expect(written { $0.writeHex(narrow) } == String(narrow, radix: 16))
    }
  }

  @Test func everythingPassesTheBufferInOrder() {
    let sink = ByteSink.memory()
    var expected: [UInt8] = []
    for index in 0..<3000 {
      let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index * 37 % 301)
      sink.write(piece.span)
      sink.write(UInt8(ascii: "|"))
      expected += piece + [UInt8(ascii: "|")]
    }
    // Larger than the buffer, with something pending before it.
    let large = [UInt8](repeating: 0xAA, count: ByteSink.bufferSize + 1)
    sink.write(large.span)
    sink.write("end")
    expected += large + Array("end".utf8)
    #expect(sink.bytes == expected)
    sink.removeAll()
    #expect(sink.bytes.isEmpty)
  }

  @Test func memoryIsBounded() {
    let sink = ByteSink.memory(limit: 4)
    sink.write("four")
    #expect(sink.text == "four")
    #expect(sink.isOpen)
    sink.write("!")
    #expect(sink.text == "four")
    #expect(sink.failure == .noMemory)
    #expect(!sink.isOpen)
  }

  @Test func descriptorGetsBytesWhenFlushed() throws {
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    let sink = ByteSink(pipe.writeEnd)
    sink.write("hello ")
    sink.writeDecimal(42 as UInt64)
    sink.flush()
    sink.write("never flushed")
    try pipe.writeEnd.close()
    #expect(try readAll(pipe.readEnd) == Array("hello 42".utf8))
  }

  @Test func closedPipeIsRememberedAndQuiet() throws {
    ignoreBrokenPipes()
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.writeEnd.close() }
    try pipe.readEnd.close()
    let sink = ByteSink(pipe.writeEnd)
    sink.write("nobody reads this")
    #expect(sink.isOpen)
    sink.flush()
    #expect(sink.isClosed)
    #expect(sink.failure == nil)
    for _ in 0..<4 { sink.write(UInt8(ascii: "x"), count: ByteSink.bufferSize) }
    sink.flush()
    #expect(!sink.isOpen)
    #expect(sink.failure == nil)
  }

  @Test func fullDeviceIsAFailure() throws {
    let full = try FileDescriptor.open(FilePath("/dev/full"), .writeOnly)
    defer { try? full.close() }
    let sink = ByteSink(full)
    sink.write("x")
    sink.flush()
    #expect(sink.failure == .noSpace)
    #expect(!sink.isClosed)
    sink.write("y")
    sink.flush()
    #expect(sink.failure == .noSpace)
  }

  @Test func nonBlockingDescriptorIsWaitedFor() throws {
    let pipe = try FileDescriptor.pipe()
    _ = fcntl(pipe.writeEnd.rawValue, F_SETFL, O_NONBLOCK)
    let reader = try PipeReader(pipe.readEnd)
    let sink = ByteSink(pipe.writeEnd)
    // Many times what a pipe holds, so that the writer must meet EAGAIN.
    let piece = [UInt8](repeating: 0x5A, count: 4 << 20)
    sink.write(piece.span)
    sink.flush()
    #expect(sink.isOpen)
    try pipe.writeEnd.close()
    #expect(reader.join() == piece.count)
    try pipe.readEnd.close()
  }

  private func readAll(_ descriptor: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}
