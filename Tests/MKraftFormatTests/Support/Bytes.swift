import MKraftFormat

/// `count` bytes written by `write`, over ones, so that whatever it leaves out shows.
func image(_ count: Int, _ write: (inout MutableRawSpan) -> Void) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xFF, count: count)
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  write(&raw)
  return bytes
}

func bytes(of header: PrepareHeader) -> [UInt8] { image(PrepareHeader.byteCount) { header.encode(into: &$0) } }

func bytes(of header: ReplyHeader) -> [UInt8] { image(ReplyHeader.byteCount) { header.encode(into: &$0) } }

func bytes(of header: MessageHeader) -> [UInt8] { image(MessageHeader.byteCount) { header.encode(into: &$0) } }

func bytes(of superblock: Superblock) -> [UInt8] { image(Superblock.byteCount) { superblock.encode(into: &$0) } }

func decodePrepare(_ bytes: [UInt8]) throws(HeaderDefect) -> PrepareHeader {
  try unsafe PrepareHeader(decoding: bytes.span.bytes)
}

func decodeReply(_ bytes: [UInt8]) throws(HeaderDefect) -> ReplyHeader {
  try unsafe ReplyHeader(decoding: bytes.span.bytes)
}

func decodeBlock(_ bytes: [UInt8]) throws(HeaderDefect) -> BlockHeader {
  try unsafe BlockHeader(decoding: bytes.span.bytes)
}

func decodeMessage(_ bytes: [UInt8]) throws(MessageDefect) -> MessageHeader {
  try unsafe MessageHeader(decoding: bytes.span.bytes)
}

func decodeSuperblock(_ bytes: [UInt8]) throws(SuperblockDefect) -> Superblock {
  try unsafe Superblock(decoding: bytes.span.bytes)
}

/// What decoding throws, or nil if it succeeds.
func defect<Value, Defect: Error>(
  _ bytes: [UInt8], _ decode: ([UInt8]) throws(Defect) -> Value
) -> Defect? {
  do throws(Defect) {
    _ = try decode(bytes)
    return nil
  } catch {
    return error
  }
}

func matches(_ header: PrepareHeader, _ body: [UInt8]) -> Bool { unsafe header.matches(body: body.span.bytes) }

func matches(_ header: MessageHeader, _ body: [UInt8]) -> Bool { unsafe header.matches(body: body.span.bytes) }

func checksum(_ bytes: [UInt8], _ range: Range<Int>, as kind: StructureKind) -> UInt128 {
  unsafe Checksum.of(bytes.span.bytes.extracting(range), as: kind)
}

func checksum(_ bytes: [UInt8], seed: UInt64) -> UInt128 { unsafe Checksum.of(bytes.span.bytes, seed: seed) }

extension [UInt8] {
  /// Stores an integer in little-endian order, one byte after the other: not by the code under test.
  mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
    for index in 0..<value.bitWidth / 8 { self[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  mutating func put<Value>(_ value: Value, _ field: Field<Value>, base: Int = 0) { put(value, at: base + field.offset) }

  mutating func flip(bit: Int) { self[bit / 8] ^= 1 << UInt8(bit % 8) }
}
