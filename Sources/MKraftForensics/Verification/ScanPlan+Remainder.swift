internal import MKraftFormat

/// What is left, for the account of a scan that ended early.
extension ScanPlan {
  struct Remainder: Sendable {
    var parts: [UncheckedPart] = []
    var ranges: [Range<UInt64>] = []

    fileprivate mutating func add(_ part: VerificationScope, _ words: String, _ ranges: [Range<UInt64>]) {
      parts.append(UncheckedPart(part, words, ranges))
      self.ranges += ranges
    }
  }

  /// All pieces of the plan.
  var remainder: Remainder {
    var remainder = Remainder()
    addLog(to: &remainder)
    addReplies(to: &remainder)
    if let first = gaps.first {
      remainder.add(.gaps, "what lies between zones, from byte \(first.lowerBound) on", Array(gaps))
    }
    if let last = blocks.last {
      let end = geometry.blockOffset(address: last) + UInt64(geometry.blockSize)
      let words = numbers("block", blocks.lowerBound, last)
      remainder.add(.grid, words, [geometry.blockOffset(address: blocks.lowerBound)..<end])
    }
    return remainder
  }

  private func addLog(to remainder: inout Remainder) {
    guard logCount > 0 else { return }
    var spans: [Range<Int>] = []
    for index in 0..<logCount {
      guard case .log(_, let slots) = self[index] else { continue }
      if let last = spans.last, last.upperBound == slots.lowerBound {
        spans[spans.count - 1] = last.lowerBound..<slots.upperBound
      } else {
        spans.append(slots)
      }
    }
    let ranges = spans.flatMap { slots -> [Range<UInt64>] in
      let header = geometry.headerOffset(slot: slots.lowerBound)
      let prepare = geometry.prepareOffset(slot: slots.lowerBound)
      return [
        header..<header + UInt64(slots.count * PrepareHeader.byteCount),
        prepare..<prepare + UInt64(slots.count) * UInt64(geometry.messageSize),
      ]
    }
    let words = spans.map { numbers("slot", $0.lowerBound, $0.upperBound - 1) }.joined(separator: " and ")
    remainder.add(.wal, words + " of both rings", ranges)
  }

  private func addReplies(to remainder: inout Remainder) {
    guard replyCount > 0, case .replies(let first) = self[logCount] else { return }
    let start = geometry.replyOffset(slot: first.lowerBound)
    let end = geometry.replyOffset(slot: 0) + UInt64(geometry.sessions) * UInt64(geometry.messageSize)
    remainder.add(.replies, numbers("reply slot", first.lowerBound, Int(geometry.sessions) - 1), [start..<end])
  }

  /// "slot 5", or "slots 5 to 7".
  private func numbers<Number: BinaryInteger>(_ what: String, _ first: Number, _ last: Number) -> String {
    first == last ? "\(what) \(first)" : "\(what)s \(first) to \(last)"
  }
}
