internal import MKraftFormat
internal import MKraftStorage

/// Verifies slots of the reply zone, each by itself.
struct ReplyReader {
  private let storage: any Storage
  private let geometry: Geometry
  private let cluster: UInt128
  private let buffer: IOBuffer

  /// Times a slot is read again before it is called damaged.
  private let rereads: Int

  /// - Parameter buffer: of a message's size at least, used by nobody else meanwhile.
  init(_ storage: any Storage, _ superblock: Superblock, _ buffer: IOBuffer, rereads: Int) {
    self.rereads = rereads
    self.storage = storage
    geometry = superblock.geometry
    cluster = superblock.cluster
    self.buffer = buffer
  }

  /// What stands in the slots, and whether any was read differently the second time.
  func look(at slots: Range<Int>, _ tally: inout PieceTally) -> (sights: [ReplySight], hasChanged: Bool) {
    var hasChanged = false
    let sights = slots.map { slot in
      var piece = PieceTally()
      var sight = ReplySight(slot: slot, contents: look(at: slot, &piece))
      for _ in 0..<rereads where sight.isWorthRereading {
        var again = PieceTally()
        sight = ReplySight(slot: slot, contents: look(at: slot, &again))
        guard !sight.isDamaged else { continue }
        (piece, hasChanged) = (again, true)
      }
      tally.add(piece)
      return sight
    }
    return (sights, hasChanged)
  }

  private func look(at slot: Int, _ tally: inout PieceTally) -> ReplySight.Contents {
    let start = geometry.replyOffset(slot: slot)
    let end = start + UInt64(geometry.messageSize)
    let unit = Int(geometry.ioUnit)
    var wanted = unit
    do throws(StorageError) {
      var count = try storage.read(unit, at: start, into: buffer)
      guard count >= ReplyHeader.byteCount else {
        tally.check(start..<end)
        return .beyondEnd
      }
      let header: ReplyHeader
      do throws(HeaderDefect) { header = try decode(slot) } catch {
        account(start, ReplyHeader.byteCount, end, &tally)
        return .damaged(error)
      }
      wanted = geometry.bytesOnDisk(size: Int(header.size))
      if wanted > unit, count == unit {
        count += try storage.read(wanted - unit, at: start + UInt64(unit), into: buffer, from: unit)
      }
      account(start, Int(header.size), end, &tally)
      guard Int(header.size) <= count else { return .beyondEnd }
      return matches(header) ? .whole(header) : .bodyMismatch(header)
    } catch {
      tally.check(start..<start + UInt64(wanted))
      tally.skip(start + UInt64(wanted)..<end, .slotRemainder)
      return .unreadable(error)
    }
  }

  private func account(_ start: UInt64, _ used: Int, _ end: UInt64, _ tally: inout PieceTally) {
    tally.check(start..<start + UInt64(used))
    tally.skip(start + UInt64(used)..<end, .slotRemainder)
  }

  private func decode(_ slot: Int) throws(HeaderDefect) -> ReplyHeader {
    let buffer = buffer
    let header = try ReplyHeader(decoding: buffer.bytes)
    guard header.cluster == cluster else { throw .violates(.headerCluster) }
    guard header.size <= geometry.messageSize else { throw .violates(.replySize) }
    guard header.kind == .reply || header.op == UInt64(slot) else { throw .violates(.replySession) }
    return header
  }

  private func matches(_ header: ReplyHeader) -> Bool {
    guard header.kind == .reply else { return true }
    let buffer = buffer
    let body = buffer.bytes.extracting(ReplyHeader.byteCount..<Int(header.size))
    return Checksum.of(body, as: .replyBody) == header.bodyChecksum
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
