import MKraftFormat
import MKraftServer
import NIOCore
import Testing

@Suite struct MessageDecoderTests {
  private func decoder(limit: Int = 4096, side: ConnectionSide = .server) -> MessageDecoder {
    MessageDecoder(for: side, messageSizeMax: limit)
  }

  private func defect(_ bytes: [UInt8], limit: Int = 4096, side: ConnectionSide = .server) -> FramingDefect? {
    var decoder = decoder(limit: limit, side: side)
    decoder.append(ByteBuffer(bytes: bytes))
    do throws(FramingDefect) {
      while try decoder.next() != nil {}
      return nil
    } catch {
      return error
    }
  }

  @Test func aMessageSplitAtEveryByteIsTheSame() throws {
    let message = Messages.request([1, 2, 3, 4, 5])
    let bytes = message.bytes
    #expect(bytes.count == 261)
    for cut in 0...bytes.count {
      var decoder = decoder()
      decoder.append(ByteBuffer(bytes: bytes[..<cut]))
      let early = try decoder.next()
      #expect((early == nil) == (cut < bytes.count), "cut at \(cut)")
      decoder.append(ByteBuffer(bytes: bytes[cut...]))
      let decoded = try #require(try early ?? decoder.next(), "cut at \(cut)")
      #expect(decoded.header.checksum == message.header.checksum && decoded.bodyBytes == [1, 2, 3, 4, 5])
      #expect(decoder.bufferedByteCount == 0)
    }
  }

  @Test func manyMessagesByteByByteComeInOrder() throws {
    let bodies = (0..<20).map { [UInt8](repeating: UInt8($0), count: $0 * 7) }
    let bytes = bodies.flatMap { Messages.request($0).bytes }
    var decoder = decoder()
    var decoded: [[UInt8]] = []
    for byte in bytes {
      decoder.append(ByteBuffer(bytes: [byte]))
      while let message = try decoder.next() { decoded.append(message.bodyBytes) }
    }
    #expect(decoded == bodies)
  }

  @Test func manyMessagesAtOnceComeInOrder() throws {
    var decoder = decoder()
    decoder.append(ByteBuffer(bytes: (0..<100).flatMap { Messages.ping($0).bytes }))
    for echo in 0..<UInt64(100) { #expect(try decoder.next()?.header.echo == echo) }
    #expect(try decoder.next() == nil)
  }

  @Test func theLargestMessageIsTakenAndOneByteMoreIsNot() {
    #expect(defect(Messages.request([UInt8](repeating: 1, count: 4096 - 256)).bytes) == nil)
    let larger = Messages.request([UInt8](repeating: 1, count: 4096 - 255)).bytes
    #expect(defect(larger) == .tooLarge(byteCount: 4097, limit: 4096))
    #expect(defect([UInt8](larger[..<256])) == .tooLarge(byteCount: 4097, limit: 4096), "the header alone is enough")
  }

  @Test func garbageIsADefectAtOnce() {
    #expect(defect([UInt8](repeating: 0, count: 256)) == .message(.kindMismatch(0)))
    #expect(defect([UInt8](repeating: 0xFF, count: 256)) == .message(.kindMismatch(255)))
    #expect(defect(Array("GET / HTTP/1.1\r\n".utf8)) == nil, "less than a header says nothing yet")
  }

  @Test func everyFlippedByteIsADefect() {
    let bytes = Messages.request([1, 2, 3]).bytes
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x10
      let expected: FramingDefect =
        switch index {
        case 182: .message(.kindMismatch(10 ^ 0x10))
        case 256...: .message(.bodyChecksumMismatch)
        default: .message(.checksumMismatch)
        }
      #expect(defect(damaged) == expected, "byte \(index)")
    }
  }

  @Test func eachSideTakesOnlyWhatTheOtherSends() {
    let request = Messages.request([]).header
    for command in Command.allCases {
      let bytes = Messages.answer(command, to: request).bytes
      let isForServer = command == .pingClient || command == .request
      #expect(defect(bytes, side: .server) == (isForServer ? nil : .commandUnexpected(command)))
      #expect(defect(bytes, side: .client) == (isForServer ? .commandUnexpected(command) : nil))
    }
  }

  @Test func aDefectAfterAGoodMessageComesAfterIt() throws {
    var decoder = decoder()
    decoder.append(ByteBuffer(bytes: Messages.ping(5).bytes + [UInt8](repeating: 0, count: 300)))
    #expect(try decoder.next()?.header.echo == 5)
    #expect(throws: FramingDefect.message(.kindMismatch(0))) { try decoder.next() }
  }
}
