internal import MKraftFormat
internal import MKraftStorage

/// Headers of entries and replies, and the slots that they head.
enum HeaderRedactor {
  enum Ring {
    case prepare, reply

    var body: StructureKind { self == .prepare ? .prepareBody : .replyBody }
    var reason: ImageRedactions.Reason { self == .prepare ? .requests : .replies }
    var kindAt: Int { self == .prepare ? PrepareHeader.Layout.kind.offset : ReplyHeader.Layout.kind.offset }
    var clusterAt: Int { self == .prepare ? PrepareHeader.Layout.cluster.offset : ReplyHeader.Layout.cluster.offset }

    /// The size that a right header gives.
    func size(_ bytes: RawSpan) throws(HeaderDefect) -> Int {
      switch self {
      case .prepare: Int(try PrepareHeader(decoding: bytes).size)
      case .reply: Int(try ReplyHeader(decoding: bytes).size)
      }
    }
  }

  private static let byteCount = PrepareHeader.byteCount
  /// Where filler goes in a damaged header: not over its kind.
  private static let filler = 16..<64

  /// A header and its body.
  /// - Parameter named: the size that something else in the file gives of the contents, bytes; 0 if nothing does. If the header here
  ///   is damaged, the body is still asked for by that.
  static func redactSlot(
    _ ring: Ring, _ draft: inout PieceDraft, _ start: Int, _ stride: Int, _ cluster: UInt128, named: Int
  ) {
    func body(_ size: Int) -> Range<Int>? {
      size > byteCount && size <= stride ? start + byteCount..<start + size : nil
    }
    let slot = start..<min(start + stride, draft.count)
    let own = redact(ring, &draft, start, cluster) ?? 0
    record(body(own), ring, &draft)
    // Zeros that nothing is put over are themselves what is asked for.
    if named != own, let body = body(named), own > byteCount || !draft.isZero(body) { record(body, ring, &draft) }
    var end = start + byteCount
    if let body = body(own) {
      draft.erase(body, ring.reason)
      end = body.upperBound
    }
    draft.erase(min(end, slot.upperBound)..<slot.upperBound, .leftovers)
  }

  private static func record(_ body: Range<Int>?, _ ring: Ring, _ draft: inout PieceDraft) {
    guard let body, draft.isWhole(body) else { return }
    draft.record(body, as: ring.body, filler: body)
  }

  /// A header alone. What is damaged stays only if it is certainly a header of this cluster.
  /// - Returns: the size that it gives, if it is right by itself.
  @discardableResult
  static func redact(_ ring: Ring, _ draft: inout PieceDraft, _ start: Int, _ cluster: UInt128) -> Int? {
    let part = start..<start + byteCount
    guard draft.isWhole(part) else {
      draft.erase(part, .unrecognised)
      return nil
    }
    let buffer = draft.buffer
    let bytes = buffer.bytes.extracting(part)
    let kind = bytes.load(fromByteOffset: ring.kindAt, as: UInt8.self)
    do throws(HeaderDefect) {
      return try ring.size(bytes)
    } catch {
      switch error {
      case .allZero, .violates: return nil
      case .kindUnknown: draft.mark(start + filler.lowerBound..<start + filler.upperBound)
      case .checksumMismatch:
        guard bytes.load(fromByteOffset: ring.clusterAt, as: UInt128.self) != cluster else { return nil }
        guard let kind = StructureKind(rawValue: kind) else { return nil }
        draft.record(
          start + 16..<part.upperBound, as: kind, filler: start + filler.lowerBound..<start + filler.upperBound)
      }
    }
    draft.erase(part, .unrecognised)
    if !draft.isKept(start) { draft.put(kind, at: start + ring.kindAt) }
    return nil
  }
}
