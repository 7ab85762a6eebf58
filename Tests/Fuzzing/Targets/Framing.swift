import MKraftFormat
import NIOCore

#if canImport(Wire)
  import Wire
#else
  import MKraftServer
#endif

/// A connection's bytes, in pieces. The first byte says whose side it is and whether each message's checksums are made right;
/// the second how long the pieces are.
enum Framing {
  private static let sizeMax = 1 << 16

  static func run(_ input: [UInt8]) -> Bool {
    guard input.count > 2 else { return false }
    var decoder = MessageDecoder(for: input[0] & 2 == 0 ? .server : .client, messageSizeMax: sizeMax)
    var stream = Array(input[2...])
    if Decoders.isSealed(input) { seal(&stream) }
    let step = Int(input[1]) + 1
    var taken = 0
    for start in stride(from: 0, to: stream.count, by: step) {
      decoder.append(ByteBuffer(bytes: stream[start..<min(start + step, stream.count)]))
      do throws(FramingDefect) {
        while try decoder.next() != nil { taken += 1 }
      } catch { return false }
      precondition(decoder.bufferedByteCount <= sizeMax + step, "no more is held than one message and a piece")
    }
    precondition(taken <= stream.count / MessageHeader.byteCount, "a message has a header")
    return taken > 0
  }

  /// Headers and bodies as their sizes place them.
  private static func seal(_ stream: inout [UInt8]) {
    var at = 0
    while at + MessageHeader.byteCount <= stream.count {
      var header = Array(stream[at..<at + MessageHeader.byteCount])
      let size = Int(header.rawSpan.load(MessageHeader.Layout.size))
      if size >= header.count, at + size <= stream.count {
        let body = Array(stream[at + header.count..<at + size])
        Seal.put(Checksum.of(body.rawSpan, as: .messageBody), &header, at: MessageHeader.Layout.bodyChecksum.offset)
      }
      Seal.message(&header)
      stream.replaceSubrange(at..<at + header.count, with: header)
      at += max(header.count, min(size, stream.count))
    }
  }
}
