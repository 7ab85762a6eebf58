public import MKraftFormat

/// Reads slots of both rings and verifies what stands there. It trusts nothing but the geometry and the cluster id.
///
/// Not for use from several threads at once: it owns its buffers. Several readers may read one storage at the same time.
public final class JournalReader {
  /// Bytes of prepares read at once, at most; a larger entry is read whole.
  static let chunkByteCount = 1 << 20
  /// Requests for small prepares to one for their headers: a small request costs the device nearly as much as a large one.
  private static let chunksPerBatch = 4

  let storage: any Storage
  let geometry: Geometry
  private let cluster: UInt128
  /// Prepares, and behind them headers: together they fit into one huge page.
  let buffer: IOBuffer
  /// Where in the buffer the headers begin.
  let headersAt: Int
  /// Bytes taken from the device so far.
  public internal(set) var bytesRead: UInt64 = 0

  /// Slots whose headers are read with one request, and their prepares, as far as they are small, with a few.
  public let batchLimit: Int
  /// Slots whose prepares are read with one request; 1 if each is read as far as its entry reaches.
  let slotsPerChunk: Int

  /// - Parameter buffer: one of `bufferByteCount` bytes or more, which others may use between two calls; otherwise one is made.
  public init(_ storage: any Storage, geometry: Geometry, cluster: UInt128, buffer: IOBuffer? = nil) {
    self.storage = storage
    self.geometry = geometry
    self.cluster = cluster
    slotsPerChunk = max(1, JournalReader.chunkByteCount / Int(geometry.messageSize))
    batchLimit = JournalReader.batchLimit(geometry)
    headersAt = JournalReader.headersAt(geometry)
    let byteCount = JournalReader.bufferByteCount(geometry)
    self.buffer = buffer ?? IOBuffer(hugePagesFor: byteCount)
    precondition(self.buffer.byteCount >= byteCount, "a buffer for a batch")
  }

  /// A reader for a look at a slot here and there, one in a batch: it takes little memory, and is made in no time.
  public init(ofSlotsApart storage: any Storage, geometry: Geometry, cluster: UInt128) {
    self.storage = storage
    self.geometry = geometry
    self.cluster = cluster
    slotsPerChunk = 1
    batchLimit = 1
    headersAt = Int(geometry.messageSize)
    buffer = IOBuffer(byteCount: headersAt + Int(geometry.ioUnit))
  }

  private static func headersAt(_ geometry: Geometry) -> Int { max(chunkByteCount, Int(geometry.messageSize)) }

  /// Bytes of the buffer that a reader of such a file works in.
  public static func bufferByteCount(_ geometry: Geometry) -> Int {
    // Two units more, for the batch may begin and end within one.
    headersAt(geometry) + (batchLimit(geometry) / geometry.headersPerUnit + 2) * Int(geometry.ioUnit)
  }

  /// The `batchLimit` of a reader of such a file.
  public static func batchLimit(_ geometry: Geometry) -> Int {
    let slotsPerChunk = chunkByteCount / Int(geometry.messageSize)
    return max(geometry.headersPerUnit, slotsPerChunk > 1 ? slotsPerChunk * chunksPerBatch : 1)
  }

  /// The evidence of `slots`, at most `batchLimit` of them. The header ring is read before the prepare ring, so that on a
  /// file in use a header that is seen has its prepare already in place.
  public func evidence(of slots: Range<Int>, bodies: Bool = true) -> [SlotEvidence] {
    guard bodies else {
      return zip(slots, readHeaders(slots)).map { SlotEvidence(slot: $0, header: $1, prepare: .beyondEnd) }
    }
    var found: [SlotEvidence] = []
    found.reserveCapacity(slots.count)
    walk(slots) { slot, header in
      found.append(SlotEvidence(slot: slot, header: .valid(header), prepare: .valid(header)))
    } apart: { evidence in
      found.append(evidence)
    }
    return found
  }

  /// The evidence of `slots`, of which the first is expected to hold `op`, with entries drawn together as `rules` allow.
  public func parts(of slots: Range<Int>, from op: UInt64, _ rules: EntryRunRules) -> [LogPart] {
    var parts = LogParts()
    walk(slots) { slot, header in
      if rules.admit(header, as: op + UInt64(slot - slots.lowerBound)) {
        parts.add(header, slot: slot)
      } else {
        parts.add(SlotEvidence(slot: slot, header: .valid(header), prepare: .valid(header)))
      }
    } apart: { evidence in
      parts.add(evidence)
    }
    return parts.finish()
  }

  // MARK: Header ring

  func readHeaders(_ slots: Range<Int>) -> [SlotEvidence.HeaderEvidence] {
    let ring = loadHeaders(slots)
    return slots.map { header(slot: $0, in: ring) }
  }

  /// The headers of a batch.
  enum RingHeaders {
    /// They stand in the buffer, from the header of slot `first` on.
    case loaded(first: Int, byteCount: Int)
    /// Some of their units could not be read.
    case narrowed(first: Int, [SlotEvidence.HeaderEvidence])
  }

  /// Reads the units that hold the headers of `slots`, and narrows an error down to the units that have it.
  func loadHeaders(_ slots: Range<Int>) -> RingHeaders {
    precondition(slots.count <= batchLimit && slots.upperBound <= Int(geometry.slotCount), "a batch of existing slots")
    let perUnit = geometry.headersPerUnit
    let first = slots.lowerBound / perUnit * perUnit
    let units = (slots.upperBound - first + perUnit - 1) / perUnit
    do {
      let count = try storage.read(
        units * Int(geometry.ioUnit), at: geometry.headerOffset(slot: first), into: buffer, from: headersAt)
      bytesRead += UInt64(count)
      return .loaded(first: first, byteCount: count)
    } catch {
      guard units > 1 else { return .narrowed(first: slots.lowerBound, slots.map { _ in .unreadable(error) }) }
      let headers = stride(from: first, to: slots.upperBound, by: perUnit).flatMap { start in
        readHeaders(max(start, slots.lowerBound)..<min(start + perUnit, slots.upperBound))
      }
      return .narrowed(first: slots.lowerBound, headers)
    }
  }

  func header(slot: Int, in ring: RingHeaders) -> SlotEvidence.HeaderEvidence {
    switch ring {
    case .narrowed(let first, let headers): return headers[slot - first]
    case .loaded(let first, let byteCount):
      let offset = (slot - first) * PrepareHeader.byteCount
      guard offset + PrepareHeader.byteCount <= byteCount else { return .beyondEnd }
      let buffer = buffer
      let start = headersAt + offset
      do {
        return .valid(try decode(buffer.bytes.extracting(start..<start + PrepareHeader.byteCount), slot: slot))
      } catch { return .damaged(error) }
    }
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

  /// A large entry: as much as the header ring announces, then what the entry's own header asks for beyond that.
  func readPrepare(slot: Int, announced: SlotEvidence.HeaderEvidence) -> SlotEvidence.PrepareEvidence {
    let offset = geometry.prepareOffset(slot: slot)
    var wanted = Int(geometry.ioUnit)
    if case .valid(let header) = announced { wanted = geometry.bytesOnDisk(size: Int(header.size)) }
    do {
      var count = try storage.read(wanted, at: offset, into: buffer)
      bytesRead += UInt64(count)
      guard count >= PrepareHeader.byteCount else { return .beyondEnd }
      if let header = decodedPrepare(slot: slot) {
        let needed = geometry.bytesOnDisk(size: Int(header.size))
        if needed > wanted && count == wanted {
          let more = try storage.read(
            needed - wanted, at: offset + UInt64(wanted), into: buffer, from: wanted)
          bytesRead += UInt64(more)
          count += more
        }
      }
      return judge(slot: slot, base: 0, available: count)
    } catch { return .unreadable(error) }
  }

  private func decodedPrepare(slot: Int) -> PrepareHeader? {
    let buffer = buffer
    let bytes = buffer.bytes
    return try? decode(bytes, slot: slot)
  }

  /// Whether the body of an entry stands in its slot of the prepare ring, whatever stands there in place of its header. An entry
  /// whose header the header ring holds is then all there.
  public func holdsBody(of header: PrepareHeader) -> Bool {
    let size = Int(header.size)
    guard header.kind == .prepare, size >= PrepareHeader.byteCount, size <= Int(geometry.messageSize) else {
      return false
    }
    let offset = geometry.prepareOffset(slot: geometry.slot(of: header.op))
    // Whole units, as every reader of the entry reads them.
    guard let count = try? storage.read(geometry.bytesOnDisk(size: size), at: offset, into: buffer), count >= size
    else {
      return false
    }
    bytesRead += UInt64(count)
    let buffer = buffer
    return header.matches(body: buffer.bytes.extracting(PrepareHeader.byteCount..<size))
  }

  func judge(slot: Int, base: Int, available: Int) -> SlotEvidence.PrepareEvidence {
    guard available >= PrepareHeader.byteCount else { return .beyondEnd }
    let buffer = buffer
    let bytes = buffer.bytes.extracting(base..<base + available)
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
