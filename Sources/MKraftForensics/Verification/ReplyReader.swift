internal import MKraftFormat
internal import MKraftStorage

/// Verifies slots of the reply zone.
struct ReplyReader {
  private let storage: any Storage
  private let geometry: Geometry
  private let cluster: UInt128
  private let buffer: IOBuffer

  /// - Parameter buffer: of a message's size at least, used by nobody else meanwhile.
  init(_ storage: any Storage, _ superblock: Superblock, _ buffer: IOBuffer) {
    self.storage = storage
    geometry = superblock.geometry
    cluster = superblock.cluster
    self.buffer = buffer
  }

  func verify(_ slots: Range<Int>, _ tally: inout ScanTally) {
    for slot in slots { verify(slot, &tally) }
  }

  private func verify(_ slot: Int, _ tally: inout ScanTally) {
    let start = geometry.replyOffset(slot: slot)
    let end = start + UInt64(geometry.messageSize)
    let unit = Int(geometry.ioUnit)
    do {
      var count = try storage.read(unit, at: start, into: buffer)
      var used = PrepareHeader.byteCount
      if count >= ReplyHeader.byteCount {
        do throws(HeaderDefect) {
          let header = try decode(slot)
          used = Int(header.size)
          if used > unit, count == unit {
            count += try read(geometry.bytesOnDisk(size: used) - unit, at: start + UInt64(unit))
          }
          if !matches(header, available: count) { note(.bodyMismatch, slot, &tally) }
        } catch { note(.header(error), slot, &tally) }
      }
      tally.check(start..<start + UInt64(used))
      tally.skip(start + UInt64(used)..<end, .slotRemainder)
    } catch {
      tally.probe(start..<start + UInt64(unit), of: storage, unit: unit)
      tally.skip(start + UInt64(unit)..<end, .slotRemainder)
      note(.unreadable(error), slot, &tally)
    }
  }

  private enum Trouble {
    case header(HeaderDefect)
    case bodyMismatch
    case unreadable(StorageError)

    var words: String {
      switch self {
      case .header(let defect): "its header: \(defect.words)"
      case .bodyMismatch: "its header is right, its body is not the one the header names"
      case .unreadable(let error): error.cause.description
      }
    }
  }

  private func decode(_ slot: Int) throws(HeaderDefect) -> ReplyHeader {
    let buffer = buffer
    let header = try ReplyHeader(decoding: buffer.bytes)
    guard header.cluster == cluster else { throw .violates(.headerCluster) }
    guard header.size <= geometry.messageSize else { throw .violates(.replySize) }
    guard header.kind == .reply || header.op == UInt64(slot) else { throw .violates(.replySession) }
    return header
  }

  /// The rest of a long reply; nothing if the device does not give it, and then the body does not match.
  private func read(_ count: Int, at offset: UInt64) throws(HeaderDefect) -> Int {
    (try? storage.read(count, at: offset, into: buffer, from: Int(geometry.ioUnit))) ?? 0
  }

  private func matches(_ header: ReplyHeader, available: Int) -> Bool {
    guard header.kind == .reply else { return true }
    guard Int(header.size) <= available else { return false }
    let buffer = buffer
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    return Checksum.of(body, as: .replyBody) == header.bodyChecksum
  }

  private func note(_ trouble: Trouble, _ slot: Int, _ tally: inout ScanTally) {
    let start = geometry.replyOffset(slot: slot)
    tally.findings.append(
      Finding(
        .replySlotDamaged, zone: .replies, slot: slot, range: start..<start + UInt64(ReplyHeader.byteCount),
        evidence: trouble.words))
  }
}

extension HeaderDefect {
  /// What is wrong, for an operator.
  var words: String {
    switch self {
    case .allZero: "every byte is zero"
    case .kindUnknown(let kind): "kind byte \(kind) is none that may stand here"
    case .checksumMismatch: "the checksum it carries is not the one of its bytes"
    case .violates(let invariant): "the checksum is right, but \(invariant.name) is broken: \(invariant.statement)"
    }
  }
}
