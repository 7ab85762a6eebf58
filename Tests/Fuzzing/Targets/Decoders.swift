import MKraftFormat
import MKraftStorage

/// Each decoder on bytes of whatever length. The first byte says whether checksums are made right, so that what comes behind
/// them is reached too; what decodes is encoded again, and must be the same bytes. Each says whether the bytes were taken.
enum Decoders {
  static func superblock(_ input: [UInt8]) -> Bool {
    var image = padded(input, to: Superblock.byteCount)
    if isSealed(input) { Seal.superblock(&image) }
    guard let superblock = try? Superblock(decoding: image.rawSpan) else { return false }
    var again = [UInt8](repeating: 0, count: Superblock.byteCount)
    encode(into: &again) { superblock.encode(into: &$0) }
    precondition(again == image, "a superblock is encoded as it was decoded")
    return true
  }

  static func prepare(_ input: [UInt8]) -> Bool {
    var image = padded(input, to: PrepareHeader.byteCount)
    if isSealed(input) { Seal.header(&image, at: 0, kindAt: PrepareHeader.Layout.kind.offset) }
    guard let header = try? PrepareHeader(decoding: image.rawSpan) else { return false }
    var again = [UInt8](repeating: 0, count: PrepareHeader.byteCount)
    encode(into: &again) { header.encode(into: &$0) }
    precondition(again == image, "a header is encoded as it was decoded")
    let body = Array(input.dropFirst(PrepareHeader.byteCount + 1))
    _ = header.matches(body: body.rawSpan)
    _ = header.isChild(of: header)
    return true
  }

  static func reply(_ input: [UInt8]) -> Bool {
    var image = padded(input, to: ReplyHeader.byteCount)
    if isSealed(input) { Seal.header(&image, at: 0, kindAt: ReplyHeader.Layout.kind.offset) }
    guard let header = try? ReplyHeader(decoding: image.rawSpan) else { return false }
    var again = [UInt8](repeating: 0, count: ReplyHeader.byteCount)
    encode(into: &again) { header.encode(into: &$0) }
    precondition(again == image, "a reply's header is encoded as it was decoded")
    return true
  }

  /// A whole block of the smallest size: its header, and its contents as node, set and chain.
  static func block(_ input: [UInt8]) -> Bool {
    var image = padded(input, to: 16 << 10)
    if isSealed(input) { Seal.block(&image) }
    guard let header = try? BlockHeader(decoding: image.rawSpan) else { return false }
    let next = BlockReference(decoding: image.rawSpan, at: BlockChain.nextOffset)
    _ = BlockChain.hasShape(header, BlockReference(extent: next.extent), next: next, blockSize: image.count)
    let contents = Array(image[BlockHeader.byteCount..<Int(header.size)])
    if let set = BlockSet(decoding: contents, addressMax: 1 << 20) { precondition(set.highest <= 1 << 20) }
    guard TreeNode.brokenInvariant(in: image.rawSpan, header, level: nil) == nil else { return false }
    let node = TreeNodeView(validated: image.rawSpan)
    precondition(node.size == Int(header.size), "the entries of a node fill it")
    for index in 0..<node.count {
      precondition(node.find(node.key(index)).found || node.key(index).byteCount == 0, "a key is found where it stands")
      _ = node.valueSize(index)
      if node.level > 0 { _ = node.child(index) }
      guard node.form(index) == .blocks else { continue }
      for part in 0..<node.payload(index).byteCount / BlockReference.byteCount { _ = node.valueBlock(index, part) }
    }
    _ = TreeNode.liesWithin(node, lower: RawSpan(), upper: RawSpan())
    return true
  }

  static func session(_ input: [UInt8]) -> Bool {
    let image = padded(input, to: SessionRecord.byteCount)
    guard let record = SessionRecord(decoding: image.rawSpan, at: 0) else { return false }
    var again = [UInt8](repeating: 0, count: SessionRecord.byteCount)
    encode(into: &again) { record.encode(into: &$0, at: 0) }
    precondition(again == image, "a record is encoded as it was decoded")
    _ = record.names(record.replyHeader(cluster: 1, release: 1, bodyChecksum: 1))
    return true
  }

  static func batch(_ input: [UInt8]) -> Bool {
    guard let batch = try? KeyValueBatchView(validating: input.rawSpan, bodySizeMax: 1 << 20) else { return false }
    var builder = KeyValueBatchBuilder(bodySizeMax: 1 << 20)
    var (events, count) = (batch.events, 0)
    while let event = events.next() {
      count += 1
      do { try builder.append(KeyValueEvent(copying: event)) } catch { preconditionFailure("what was decoded fits") }
    }
    precondition(count == batch.count && builder.body == input, "a batch is built as it was taken apart")
    return true
  }

  static func results(_ input: [UInt8]) -> Bool {
    guard let view = try? KeyValueResultsView(validating: input.rawSpan) else { return false }
    var results = view.results
    while let result = results.next() {
      _ = (result.value.byteCount, result.current, result.more)
      var (pairs, count) = (result.pairs, 0)
      while let pair = pairs.next() {
        precondition(pair.key.byteCount > 0 && pair.value.byteCount >= 0)
        count += 1
      }
      precondition(count == result.pairCount, "as many pairs as are announced")
    }
    return true
  }

  static func message(_ input: [UInt8]) -> Bool {
    var image = padded(input, to: MessageHeader.byteCount)
    if isSealed(input) { Seal.message(&image) }
    guard let header = try? MessageHeader(decoding: image.rawSpan) else { return false }
    precondition(header.bodyByteCount >= 0)
    _ = header.matches(body: RawSpan())
    return true
  }

  // MARK: Input

  /// Whether the input asks for right checksums.
  static func isSealed(_ input: [UInt8]) -> Bool { (input.first ?? 0) & 1 == 1 }

  /// The input behind its first byte, cut or filled with zeros.
  private static func padded(_ input: [UInt8], to count: Int) -> [UInt8] {
    let bytes = Array(input.dropFirst().prefix(count))
    return bytes + [UInt8](repeating: 0, count: count - bytes.count)
  }

  private static func encode(into image: inout [UInt8], _ body: (inout MutableRawSpan) -> Void) {
    var span = image.mutableSpan
    var bytes = unsafe span.mutableBytes
    body(&bytes)
  }
}
