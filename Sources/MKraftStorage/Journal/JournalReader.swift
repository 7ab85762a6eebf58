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
  /// Slots whose prepares are read with one request; 1 if each is read as far as its entry reaches.
  private let slotsPerChunk: Int

  public init(_ storage: any Storage, geometry: Geometry, cluster: UInt128) {
    self.storage = storage
    self.geometry = geometry
    self.cluster = cluster
    slotsPerChunk = max(1, JournalReader.chunkByteCount / Int(geometry.messageSize))
    batchLimit = max(geometry.headersPerUnit, slotsPerChunk)
    headers = IOBuffer(byteCount: (batchLimit / geometry.headersPerUnit + 2) * Int(geometry.ioUnit))
    prepares = IOBuffer(hugePagesFor: max(JournalReader.chunkByteCount, Int(geometry.messageSize)))
  }

  /// The evidence of `slots`, at most `batchLimit` of them. The header ring is read before the prepare ring, so that on a
  /// file in use a header that is seen has its prepare already in place.
  public func evidence(of slots: Range<Int>, bodies: Bool = true) -> [SlotEvidence] {
    precondition(slots.count <= batchLimit && slots.upperBound <= Int(geometry.slotCount), "a batch of existing slots")
    if bodies && slotsPerChunk > 1 && slots.count <= slotsPerChunk { return evidenceOfChunk(slots) }
    let ringHeaders = readHeaders(slots)
    return pair(slots, ringHeaders, bodies ? readPrepares(slots, ringHeaders) : slots.map { _ in .beyondEnd })
  }

  /// Small entries, all read with one request: what a log of very many slots consists of. The evidence is put together in
  /// one go, for its parts are large to copy.
  private func evidenceOfChunk(_ slots: Range<Int>) -> [SlotEvidence] {
    let headersAvailable: Int
    do { headersAvailable = try loadHeaders(slots) } catch {
      let ringHeaders = narrowHeaders(slots, error)
      return pair(slots, ringHeaders, readPrepares(slots, ringHeaders))
    }
    guard let prepareBytes = try? loadPrepares(slots) else {
      let ringHeaders = loadedHeaders(slots, available: headersAvailable)
      return pair(slots, ringHeaders, zip(slots, ringHeaders).map { readPrepare(slot: $0, announced: $1) })
    }
    var found: [SlotEvidence] = []
    found.reserveCapacity(slots.count)
    let first = firstLoaded(slots)
    for slot in slots {
      let header = header(slot: slot, at: (slot - first) * PrepareHeader.byteCount, available: headersAvailable)
      found.append(
        SlotEvidence(slot: slot, header: header, prepare: loadedPrepare(slot, of: slots, available: prepareBytes)))
    }
    return found
  }

  private func pair(
    _ slots: Range<Int>, _ headers: [SlotEvidence.HeaderEvidence], _ prepares: [SlotEvidence.PrepareEvidence]
  ) -> [SlotEvidence] {
    zip(slots, zip(headers, prepares)).map { SlotEvidence(slot: $0, header: $1.0, prepare: $1.1) }
  }

  // MARK: Header ring

  func readHeaders(_ slots: Range<Int>) -> [SlotEvidence.HeaderEvidence] {
    do {
      return loadedHeaders(slots, available: try loadHeaders(slots))
    } catch { return narrowHeaders(slots, error) }
  }

  /// The first slot of the units that hold the headers of `slots`.
  private func firstLoaded(_ slots: Range<Int>) -> Int {
    slots.lowerBound / geometry.headersPerUnit * geometry.headersPerUnit
  }

  /// Reads the units that hold the headers of `slots`, and returns how many bytes there were.
  private func loadHeaders(_ slots: Range<Int>) throws(StorageError) -> Int {
    let first = firstLoaded(slots)
    let units = (slots.upperBound - first + geometry.headersPerUnit - 1) / geometry.headersPerUnit
    let count = try storage.read(units * Int(geometry.ioUnit), at: geometry.headerOffset(slot: first), into: headers)
    bytesRead += UInt64(count)
    return count
  }

  private func loadedHeaders(_ slots: Range<Int>, available: Int) -> [SlotEvidence.HeaderEvidence] {
    let first = firstLoaded(slots)
    return slots.map { header(slot: $0, at: ($0 - first) * PrepareHeader.byteCount, available: available) }
  }

  /// Narrows an error down to the units that have it.
  private func narrowHeaders(_ slots: Range<Int>, _ error: StorageError) -> [SlotEvidence.HeaderEvidence] {
    let unit = geometry.headersPerUnit
    let first = firstLoaded(slots)
    guard slots.upperBound > first + unit else { return slots.map { _ in .unreadable(error) } }
    return stride(from: first, to: slots.upperBound, by: unit).flatMap { start in
      readHeaders(max(start, slots.lowerBound)..<min(start + unit, slots.upperBound))
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
    guard slotsPerChunk > 1 else {
      return zip(slots, ringHeaders).map { readPrepare(slot: $0, announced: $1) }
    }
    var found: [SlotEvidence.PrepareEvidence] = []
    found.reserveCapacity(slots.count)
    var start = slots.lowerBound
    while start < slots.upperBound {
      let chunk = start..<min(start + slotsPerChunk, slots.upperBound)
      found += readChunk(chunk, Array(ringHeaders[(start - slots.lowerBound)..<(chunk.upperBound - slots.lowerBound)]))
      start = chunk.upperBound
    }
    return found
  }

  /// Small entries: neighbouring slots with one request.
  private func readChunk(
    _ slots: Range<Int>, _ ringHeaders: [SlotEvidence.HeaderEvidence]
  ) -> [SlotEvidence.PrepareEvidence] {
    guard let count = try? loadPrepares(slots) else {
      return zip(slots, ringHeaders).map { readPrepare(slot: $0, announced: $1) }
    }
    return slots.map { loadedPrepare($0, of: slots, available: count) }
  }

  /// Reads the whole slots, and returns how many bytes there were.
  private func loadPrepares(_ slots: Range<Int>) throws(StorageError) -> Int {
    let count = try storage.read(
      slots.count * Int(geometry.messageSize), at: geometry.prepareOffset(slot: slots.lowerBound), into: prepares)
    bytesRead += UInt64(count)
    return count
  }

  private func loadedPrepare(_ slot: Int, of slots: Range<Int>, available: Int) -> SlotEvidence.PrepareEvidence {
    let stride = Int(geometry.messageSize)
    let base = (slot - slots.lowerBound) * stride
    return judge(slot: slot, base: base, available: min(available - base, stride))
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
