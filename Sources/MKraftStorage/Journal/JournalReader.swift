public import MKraftFormat

/// Reads slots of both rings and verifies what stands there. It trusts nothing but the geometry and the cluster id.
///
/// Not for use from several threads at once: it owns its buffers. Several readers may read one storage at the same time.
public final class JournalReader {
  /// Bytes read at once, at most; a larger entry is read whole.
  static let chunkByteCount = 1 << 20

  let storage: any Storage
  let geometry: Geometry
  private let cluster: UInt128
  private let headers: IOBuffer
  let prepares: IOBuffer
  /// Bytes taken from the device so far.
  public internal(set) var bytesRead: UInt64 = 0

  /// Slots whose headers, and as far as they are small also prepares, are read with one request.
  public let batchLimit: Int

  public init(_ storage: any Storage, geometry: Geometry, cluster: UInt128) {
    self.storage = storage
    self.geometry = geometry
    self.cluster = cluster
    let slotsPerChunk = max(1, JournalReader.chunkByteCount / Int(geometry.messageSize))
    batchLimit = max(geometry.headersPerUnit, slotsPerChunk)
    headers = IOBuffer(byteCount: (batchLimit / geometry.headersPerUnit + 2) * Int(geometry.ioUnit))
    prepares = IOBuffer(byteCount: max(JournalReader.chunkByteCount, Int(geometry.messageSize)))
  }

  /// The evidence of `slots`, at most `batchLimit` of them. The header ring is read before the prepare ring, so that on a
  /// file in use a header that is seen has its prepare already in place.
  public func evidence(of slots: Range<Int>, bodies: Bool = true) -> [SlotEvidence] {
    precondition(slots.count <= batchLimit && slots.upperBound <= Int(geometry.slotCount), "a batch of existing slots")
    let ringHeaders = readHeaders(slots)
    let ringPrepares = bodies ? readPrepares(slots, ringHeaders) : slots.map { _ in .beyondEnd }
    return zip(slots, zip(ringHeaders, ringPrepares)).map { SlotEvidence(slot: $0, header: $1.0, prepare: $1.1) }
  }

  // MARK: Header ring

  func readHeaders(_ slots: Range<Int>) -> [SlotEvidence.HeaderEvidence] {
    let unit = geometry.headersPerUnit
    let first = slots.lowerBound / unit * unit
    let units = (slots.upperBound - first + unit - 1) / unit
    let byteCount = units * Int(geometry.ioUnit)
    do {
      let count = try storage.read(byteCount, at: geometry.headerOffset(slot: first), into: headers)
      bytesRead += UInt64(count)
      return slots.map { header(slot: $0, at: ($0 - first) * PrepareHeader.byteCount, available: count) }
    } catch {
      guard units > 1 else { return slots.map { _ in .unreadable(error) } }
      // Narrow the error down to the units that have it.
      return stride(from: first, to: slots.upperBound, by: unit).flatMap { start in
        readHeaders(max(start, slots.lowerBound)..<min(start + unit, slots.upperBound))
      }
    }
  }

  private func header(slot: Int, at offset: Int, available: Int) -> SlotEvidence.HeaderEvidence {
    guard offset + PrepareHeader.byteCount <= available else { return .beyondEnd }
    let ring = headers
    let bytes = ring.bytes.extracting(offset..<offset + PrepareHeader.byteCount)
    do { return .valid(try decode(bytes, slot: slot)) } catch { return .damaged(error) }
  }

  /// A header that is right by itself and belongs to this slot of this file.
  func decode(_ bytes: RawSpan, slot: Int) throws(HeaderDefect) -> PrepareHeader {
    let header = try PrepareHeader(decoding: bytes)
    guard header.cluster == cluster else { throw .violates(.headerCluster) }
    let isHome = header.kind == .prepare ? geometry.slot(of: header.op) == slot : header.op == UInt64(slot)
    guard isHome else { throw .violates(.headerSlot) }
    guard header.size <= geometry.messageSize else { throw .violates(.headerMessageSize) }
    return header
  }

  // MARK: Prepare ring

  private func readPrepares(
    _ slots: Range<Int>, _ ringHeaders: [SlotEvidence.HeaderEvidence]
  ) -> [SlotEvidence.PrepareEvidence] {
    let stride = Int(geometry.messageSize)
    let perChunk = max(1, prepares.byteCount / stride)
    guard perChunk > 1 else {
      return zip(slots, ringHeaders).map { readPrepare(slot: $0, announced: $1) }
    }
    var found: [SlotEvidence.PrepareEvidence] = []
    found.reserveCapacity(slots.count)
    var start = slots.lowerBound
    while start < slots.upperBound {
      let chunk = start..<min(start + perChunk, slots.upperBound)
      found += readChunk(chunk, Array(ringHeaders[(start - slots.lowerBound)..<(chunk.upperBound - slots.lowerBound)]))
      start = chunk.upperBound
    }
    return found
  }

  /// Small entries: neighbouring slots with one request.
  private func readChunk(
    _ slots: Range<Int>, _ ringHeaders: [SlotEvidence.HeaderEvidence]
  ) -> [SlotEvidence.PrepareEvidence] {
    let stride = Int(geometry.messageSize)
    guard
      let count = try? storage.read(
        slots.count * stride, at: geometry.prepareOffset(slot: slots.lowerBound), into: prepares)
    else { return zip(slots, ringHeaders).map { readPrepare(slot: $0, announced: $1) } }
    bytesRead += UInt64(count)
    return slots.map { slot in
      let base = (slot - slots.lowerBound) * stride
      return judge(slot: slot, base: base, available: min(count - base, stride))
    }
  }

  /// A large entry: as much as the header ring announces, then what the entry's own header asks for beyond that.
  private func readPrepare(slot: Int, announced: SlotEvidence.HeaderEvidence) -> SlotEvidence.PrepareEvidence {
    let offset = geometry.prepareOffset(slot: slot)
    var wanted = Int(geometry.ioUnit)
    if case .valid(let header) = announced { wanted = geometry.bytesOnDisk(size: Int(header.size)) }
    do {
      var count = try storage.read(wanted, at: offset, into: prepares)
      bytesRead += UInt64(count)
      guard count >= PrepareHeader.byteCount else { return .beyondEnd }
      if let header = decodedPrepare(slot: slot) {
        let needed = geometry.bytesOnDisk(size: Int(header.size))
        if needed > wanted && count == wanted {
          let more = try storage.read(
            needed - wanted, at: offset + UInt64(wanted), into: prepares, from: wanted)
          bytesRead += UInt64(more)
          count += more
        }
      }
      return judge(slot: slot, base: 0, available: count)
    } catch { return .unreadable(error) }
  }

  private func decodedPrepare(slot: Int) -> PrepareHeader? {
    let chunk = prepares
    let bytes = chunk.bytes
    return try? decode(bytes, slot: slot)
  }

  func judge(slot: Int, base: Int, available: Int) -> SlotEvidence.PrepareEvidence {
    guard available >= PrepareHeader.byteCount else { return .beyondEnd }
    let chunk = prepares
    let bytes = chunk.bytes.extracting(base..<base + available)
    do {
      let header = try decode(bytes, slot: slot)
      guard header.kind == .prepare else {
        return header.kind == .reserved ? .valid(header) : .damaged(.kindUnknown(header.kind.rawValue))
      }
      guard Int(header.size) <= available else { return .beyondEnd }
      let body = bytes.extracting(PrepareHeader.byteCount..<Int(header.size))
      return header.matches(body: body) ? .valid(header) : .bodyMismatch(header)
    } catch { return .damaged(error) }
  }
}
