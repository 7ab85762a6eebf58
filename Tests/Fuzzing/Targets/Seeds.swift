import MKraftFormat
import MKraftStorage

/// What fuzzing begins with: the structures of the golden file, each once as they are and once to be sealed again, so that the first
/// inputs are right and the next ones nearly so.
enum Seeds {
  static func of(_ target: FuzzTarget, from storage: MemoryStorage) -> [[UInt8]] {
    guard let superblock = SuperblockDecision(SuperblockSurvey.read(storage)).chosen else { return [] }
    let geometry = superblock.geometry
    let slots = 0..<8
    let images: [[UInt8]] =
      switch target {
      case .superblock: [read(storage, 0, Superblock.byteCount)]
      case .prepare: slots.map { read(storage, geometry.prepareOffset(slot: $0), 1024) }
      case .reply:
        (0..<Int(geometry.sessions)).map { read(storage, geometry.replyOffset(slot: $0), ReplyHeader.byteCount) }
      case .block: (1...UInt64(12)).map { read(storage, geometry.blockOffset(address: $0), Int(geometry.blockSize)) }
      case .session:
        [
          read(
            storage,
            geometry.blockOffset(address: max(1, superblock.checkpoint.sessions.address))
              + UInt64(BlockChain.payloadOffset), SessionRecord.byteCount)
        ]
      case .batch: slots.map { body(storage, geometry.prepareOffset(slot: $0), sizeAt: 200) }
      case .results: (0..<Int(geometry.sessions)).map { body(storage, geometry.replyOffset(slot: $0), sizeAt: 144) }
      case .message: [message([])]
      case .framing: slots.map { message(body(storage, geometry.prepareOffset(slot: $0), sizeAt: 200)) }
      case .file: (1...16).map { edits in (0..<10 * edits).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 + edits * 31) } }
      }
    return switch target {
    case .batch, .results: images
    case .framing: images.flatMap { [[0, 99] + $0, [1, 7] + $0 + $0] }
    default: images.flatMap { [[0] + $0, [1] + $0] }
    }
  }

  private static func read(_ storage: MemoryStorage, _ offset: UInt64, _ count: Int) -> [UInt8] {
    let buffer = IOBuffer(byteCount: count, alignment: 16)
    _ = try? storage.read(count, at: offset, into: buffer)
    return [UInt8](copying: buffer.bytes)
  }

  private static func body(_ storage: MemoryStorage, _ offset: UInt64, sizeAt: Int) -> [UInt8] {
    let header = read(storage, offset, 256)
    let size = Int(header.rawSpan.load(fromByteOffset: sizeAt, as: UInt32.self))
    return read(storage, offset + 256, max(16, min(size, 1 << 16) - 256))
  }

  private static func message(_ body: [UInt8]) -> [UInt8] {
    var header = MessageHeader(.request, cluster: 1)
    header.client = 1
    header.operation = Operation.keyValue.rawValue
    header.size = UInt32(MessageHeader.byteCount + body.count)
    header.seal(body: body.rawSpan)
    var image = [UInt8](repeating: 0, count: MessageHeader.byteCount)
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    header.encode(into: &bytes)
    return image + body
  }
}
