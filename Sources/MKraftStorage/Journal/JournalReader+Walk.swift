internal import MKraftFormat

/// The two rings side by side.
extension JournalReader {
  /// Takes `slots` in turn: `alike` gets the header that a slot holds in both rings, right in both, `apart` the evidence of any
  /// other slot. Most logs are alike all through, so that case costs one judgement and no memory.
  func walk(_ slots: Range<Int>, alike: (Int, PrepareHeader) -> Void, apart: (SlotEvidence) -> Void) {
    let ring = loadHeaders(slots)
    var start = slots.lowerBound
    while start < slots.upperBound {
      let chunk = start..<min(start + slotsPerChunk, slots.upperBound)
      walk(chunk: chunk, ring, alike, apart)
      start = chunk.upperBound
    }
  }

  /// Slots whose prepares are read with one request, if they are small and can be read.
  private func walk(
    chunk: Range<Int>, _ ring: RingHeaders, _ alike: (Int, PrepareHeader) -> Void, _ apart: (SlotEvidence) -> Void
  ) {
    guard slotsPerChunk > 1, let available = try? loadPrepares(chunk) else {
      for slot in chunk {
        let header = header(slot: slot, in: ring)
        apart(SlotEvidence(slot: slot, header: header, prepare: readPrepare(slot: slot, announced: header)))
      }
      return
    }
    let stride = Int(geometry.messageSize)
    for slot in chunk {
      let base = (slot - chunk.lowerBound) * stride
      let available = min(available - base, stride)
      if let header = headerInBoth(slot, ring, base: base, available: available) {
        alike(slot, header)
      } else {
        let prepare = judge(slot: slot, base: base, available: available)
        apart(SlotEvidence(slot: slot, header: header(slot: slot, in: ring), prepare: prepare))
      }
    }
  }

  /// Reads the whole slots, and returns how many bytes there were.
  private func loadPrepares(_ slots: Range<Int>) throws(StorageError) -> Int {
    let count = try storage.read(
      slots.count * Int(geometry.messageSize), at: geometry.prepareOffset(slot: slots.lowerBound), into: buffer)
    bytesRead += UInt64(count)
    return count
  }

  /// The header that stands in both rings byte by byte, if it is right and so is what follows it: it is judged once.
  private func headerInBoth(_ slot: Int, _ ring: RingHeaders, base: Int, available: Int) -> PrepareHeader? {
    guard case .loaded(let first, let byteCount) = ring else { return nil }
    let offset = (slot - first) * PrepareHeader.byteCount
    guard offset + PrepareHeader.byteCount <= byteCount, available >= PrepareHeader.byteCount,
      buffer.repeats(PrepareHeader.byteCount, at: headersAt + offset, of: base)
    else { return nil }
    let buffer = buffer
    let bytes = buffer.bytes.extracting(base..<base + available)
    guard let header = try? decode(bytes, slot: slot) else { return nil }
    guard header.kind == .prepare else { return header.kind == .reserved ? header : nil }
    guard Int(header.size) <= available else { return nil }
    return header.matches(body: bytes.extracting(PrepareHeader.byteCount..<Int(header.size))) ? header : nil
  }
}
