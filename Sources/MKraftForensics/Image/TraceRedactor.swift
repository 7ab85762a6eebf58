internal import MKraftFormat
internal import MKraftStorage

/// Redaction of a file of which no superblock tells what lies where: what validates as a header is kept, with what was found of its
/// body, and everything else is taken out.
enum TraceRedactor {
  /// Structures begin at multiples of this many bytes.
  private static let step = TraceScan.step
  private static let blockSizeMin = 16384

  static func redact(_ draft: inout PieceDraft) {
    for boundary in stride(from: 0, to: draft.count, by: Int(Geometry.zoneAlignment)) {
      let end = min(boundary + Int(Geometry.zoneAlignment), draft.count)
      let home = boundary..<min(boundary + Superblock.byteCount, end)
      let buffer = draft.buffer
      let wasZero = buffer.bytes.isZero(home)
      redact(boundary..<end, &draft)
      // Whether nothing stands where a superblock could is part of what is said of it.
      if !wasZero, buffer.bytes.isZero(home), home.count >= 128 {
        draft.mark(home.lowerBound + 64..<home.lowerBound + 112)
      }
    }
  }

  private static func redact(_ part: Range<Int>, _ draft: inout PieceDraft) {
    var position = part.lowerBound
    while position < part.upperBound {
      let end = min(position + step, part.upperBound)
      guard !draft.isKept(position), end - position == step, draft.isWhole(position..<end) else {
        draft.erase(position..<end, .unrecognised)
        position = end
        continue
      }
      let buffer = draft.buffer
      let bytes = buffer.bytes
      if bytes.isZero(position..<end) {
        position = end
      } else if let (kind, size) = header(bytes.extracting(position..<end)) {
        position = redactBody(kind, size, at: position, part.upperBound, &draft)
      } else if let size = blockSize(bytes, at: position, part.upperBound), draft.isWhole(position..<position + size) {
        let payload = position + BlockHeader.byteCount..<position + size
        draft.record(position + 16..<payload.upperBound, as: .block, filler: payload)
        draft.erase(payload, .unrecognised)
        position += max(step, size / step * step)
      } else {
        draft.erase(position..<end, .unrecognised)
        position = end
      }
    }
  }

  private static func header(_ bytes: RawSpan) -> (StructureKind, Int)? {
    if let header = try? PrepareHeader(decoding: bytes) { return (.prepareBody, Int(header.size)) }
    if let header = try? ReplyHeader(decoding: bytes) { return (.replyBody, Int(header.size)) }
    return nil
  }

  /// The body behind a header, if it is the one that the header speaks of.
  /// - Returns: where to go on.
  private static func redactBody(
    _ kind: StructureKind, _ size: Int, at position: Int, _ limit: Int, _ draft: inout PieceDraft
  ) -> Int {
    let body = position + step..<position + size
    guard size > step, body.upperBound <= limit, draft.isWhole(body) else { return position + step }
    let buffer = draft.buffer
    let stored = buffer.bytes.load(PrepareHeader.Layout.bodyChecksum, base: position)
    guard Checksum.of(buffer.bytes.extracting(body), as: kind) == stored else { return position + step }
    draft.record(body, as: kind, filler: body)
    let end = position + (size + step - 1) / step * step
    draft.erase(body.lowerBound..<min(end, limit), kind == .prepareBody ? .requests : .replies)
    return end
  }

  /// The size of a whole block that stands here.
  private static func blockSize(_ bytes: RawSpan, at position: Int, _ limit: Int) -> Int? {
    guard position % blockSizeMin == 0,
      bytes.load(BlockHeader.Layout.kind, base: position) == StructureKind.block.rawValue
    else { return nil }
    let size = Int(bytes.load(BlockHeader.Layout.size, base: position))
    guard size > BlockHeader.byteCount, size <= limit - position else { return nil }
    return (try? BlockHeader(decoding: bytes.extracting(position..<position + size))) == nil ? nil : size
  }
}
