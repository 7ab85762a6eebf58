import MKraftFormat

/// A verification's state (version 4) taken apart, so that each number of it can be changed; put together again with a right checksum.
struct ForgedState {
  static let seed: UInt64 = 0x6D6B_7261_6674_FF01

  struct Span {
    var lower: UInt64
    var upper: UInt64
  }

  struct Tally {
    var checked: UInt64
    var unreadable: UInt64
    var skipped: [UInt64]
    var lost: [Span]
    var unsteady: [Span]
  }

  struct Sum {
    var index: UInt64
    var sum: [UInt8]
  }

  struct Fault {
    var referrer: UInt64?
    /// 0 for a block that is not the one referred to; then what is known of it begins with its address.
    var kind: UInt64
    var details: [UInt8]

    var address: UInt64 {
      get { details[0..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
      set { details.replaceSubrange(0..<8, with: ForgedState.bytes(newValue)) }
    }
  }

  struct Damaged {
    var address: UInt64
    var defect: [UInt8]
  }

  /// Magic, version, and what the state is bound to.
  var head: [UInt8]
  var liveHead: UInt64?
  var logPieces: UInt64
  var replyPieces: UInt64
  var gapPieces: UInt64
  var nextBlock: UInt64
  var sawChange: UInt64
  var log: Tally
  /// Each with its kind before it: 0 and 1 for slots that both rings hold alike, 2 for slots in motion, 3 for a slot by itself.
  var logParts: [[UInt8]]
  var grid: Tally
  var inner: UInt64
  var leaf: UInt64
  var pair: UInt64
  var value: UInt64
  var reachable: [UInt8]
  var sums: [Sum]
  var faults: [Fault]
  var faultCount: UInt64
  var damaged: [Damaged]
  var damagedCount: UInt64
  /// What stands behind it: nothing in a right one.
  var tail: [UInt8]

  init(_ state: [UInt8]) {
    var cursor = StateCursor(Array(state.dropLast(16)))
    head = cursor.image { cursor in
      // Magic, version, file id, superblock, sequence, file size, parts asked for, whether it is in use, how it is read.
      _ = cursor.take(14 + 4 + 16 + 16 + 8 + 8 + 1 + 1)
      let count = Int(cursor.number())
      _ = cursor.take(count)
    }
    liveHead = cursor.number(1) == 1 ? cursor.number() : nil
    (logPieces, replyPieces) = (cursor.number(), cursor.number())
    (gapPieces, nextBlock) = (cursor.number(), cursor.number())
    sawChange = cursor.number(1)
    log = ForgedState.tally(&cursor)
    logParts = cursor.list { $0.image { $0.skipLogPart() } }
    grid = ForgedState.tally(&cursor)
    (inner, leaf) = (cursor.number(), cursor.number())
    (pair, value) = (cursor.number(), cursor.number())
    reachable = cursor.list { UInt8($0.number(1)) }
    sums = cursor.list { cursor in
      let index = cursor.number(4)
      return Sum(index: index, sum: cursor.take(16))
    }
    faults = cursor.list(ForgedState.fault)
    faultCount = cursor.number()
    damaged = cursor.list { cursor in
      let address = cursor.number()
      return Damaged(address: address, defect: cursor.image { $0.skipBlockDefect() })
    }
    damagedCount = cursor.number()
    tail = cursor.rest
  }

  private static func tally(_ cursor: inout StateCursor) -> Tally {
    let (checked, unreadable) = (cursor.number(), cursor.number())
    let skipped = cursor.list { $0.number() }
    let lost = cursor.list(span)
    return Tally(checked: checked, unreadable: unreadable, skipped: skipped, lost: lost, unsteady: cursor.list(span))
  }

  private static func span(_ cursor: inout StateCursor) -> Span {
    let lower = cursor.number()
    return Span(lower: lower, upper: cursor.number())
  }

  private static func fault(_ cursor: inout StateCursor) -> Fault {
    let referrer = cursor.number(1) == 1 ? cursor.number() : nil
    let kind = cursor.number(1)
    let details = cursor.image { cursor in
      if kind == 0 {
        _ = cursor.take(8 + 16)
        cursor.skipBlockDefect()
      } else {
        _ = cursor.take(1 + 8)
      }
    }
    return Fault(referrer: referrer, kind: kind, details: details)
  }

  // MARK: Parts of the log

  static func alike(_ count: UInt64) -> [UInt8] { [1] + bytes(count) + [UInt8](repeating: 0, count: 16) }

  static func moving(_ count: UInt64) -> [UInt8] { [2] + bytes(count) }

  func isMoving(_ part: Int) -> Bool { logParts[part][0] == 2 }

  func isApart(_ part: Int) -> Bool { logParts[part][0] == 3 }

  // MARK: Putting together

  /// All of it, with a right checksum.
  var encoded: [UInt8] { ForgedState.sealed(contents) }

  /// All of it but the checksum.
  var contents: [UInt8] {
    var bytes = head + ForgedState.optional(liveHead)
    for number in [logPieces, replyPieces, gapPieces, nextBlock] { bytes += ForgedState.bytes(number) }
    bytes.append(UInt8(truncatingIfNeeded: sawChange))
    bytes += ForgedState.bytes(log) + ForgedState.list(logParts) { $0 } + ForgedState.bytes(grid)
    for number in [inner, leaf, pair, value] { bytes += ForgedState.bytes(number) }
    bytes += ForgedState.list(reachable) { [$0] }
    bytes += ForgedState.list(sums) { ForgedState.bytes($0.index, 4) + $0.sum }
    bytes += ForgedState.list(faults) { fault in
      ForgedState.optional(fault.referrer) + ForgedState.bytes(fault.kind, 1) + fault.details
    }
    bytes += ForgedState.bytes(faultCount)
    bytes += ForgedState.list(damaged) { ForgedState.bytes($0.address) + $0.defect }
    return bytes + ForgedState.bytes(damagedCount) + tail
  }

  static func sealed(_ contents: [UInt8]) -> [UInt8] {
    let checksum = Checksum.of(contents.rawSpan, seed: seed)
    return contents + (0..<16).map { UInt8(truncatingIfNeeded: checksum >> UInt128(8 * $0)) }
  }

  static func bytes(_ number: UInt64, _ count: Int = 8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }

  private static func optional(_ number: UInt64?) -> [UInt8] { number.map { [1] + bytes($0) } ?? [0] }

  private static func list<Element>(_ elements: [Element], _ encode: (Element) -> [UInt8]) -> [UInt8] {
    bytes(UInt64(elements.count)) + elements.flatMap(encode)
  }

  private static func bytes(_ tally: Tally) -> [UInt8] {
    func spans(_ spans: [Span]) -> [UInt8] { list(spans) { bytes($0.lower) + bytes($0.upper) } }
    return bytes(tally.checked) + bytes(tally.unreadable) + list(tally.skipped) { bytes($0) } + spans(tally.lost)
      + spans(tally.unsteady)
  }
}
