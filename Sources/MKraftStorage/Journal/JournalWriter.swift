public import MKraftFormat

/// One write that the journal wants done. It must be durable before it is reported complete.
public struct JournalWrite: Sendable {
  public let offset: UInt64
  public let count: Int
  public let buffer: IOBuffer
}

/// Writes entries to the two rings in the order of rule R12: a state machine without I/O of its own.
///
///     begin(op) --> prepare written --> prepareDurable(op) --> nextHeaderWrite() --> headersDurable() --> acknowledge
///
/// Prepares may be in flight together, in any order. Headers become durable strictly in op order: one unit is in flight at a
/// time, its image holds only headers whose prepares are durable, and it takes along all that are due. An entry counts as
/// held, and may be acknowledged, only when its header is durable too.
public struct JournalWriter {
  private struct Pending {
    let header: PrepareHeader
    var isPrepareDurable = false
  }

  private let geometry: Geometry
  private let image: JournalImage
  private let unitBuffer: IOBuffer
  /// Entries begun whose headers are not durable, in op order from `durableOp + 1`.
  private var pending: [Pending] = []
  /// Last op of the header write in flight.
  private var headersInFlight: UInt64?
  /// Last op that is durable in both rings, and all before it.
  public private(set) var durableOp: UInt64
  /// Header writes begun; with load they become fewer per op.
  public private(set) var headerWriteCount: UInt64 = 0

  /// - Parameter head: the last op that is durable in both rings.
  public init(geometry: Geometry, image: JournalImage, head: UInt64) {
    self.geometry = geometry
    self.image = image
    durableOp = head
    unitBuffer = IOBuffer(byteCount: Int(geometry.ioUnit))
    pending.reserveCapacity(JournalWriter.pendingLimit(geometry))
  }

  /// Most entries begun and not durable: the pipeline, and the no-ops that bypass its gate (rule R15).
  public static func pendingLimit(_ geometry: Geometry) -> Int { Int(geometry.pipeline + Geometry.noopReserve) }

  /// Last op begun.
  public var lastOp: UInt64 { durableOp + UInt64(pending.count) }

  /// Begins the next entry, whose bytes stand at the start of `buffer`.
  public mutating func begin(_ header: PrepareHeader, in buffer: IOBuffer) -> JournalWrite {
    precondition(header.op == lastOp + 1, "entries are begun in op order")
    precondition(pending.count < JournalWriter.pendingLimit(geometry), "the pipeline is bounded")
    let count = geometry.bytesOnDisk(size: Int(header.size))
    precondition(count <= buffer.byteCount, "the entry fits in its slot")
    precondition(buffer.bytes.isZero(Int(header.size)..<count), "the rest of the last unit is zero")
    pending.append(Pending(header: header))
    return JournalWrite(
      offset: geometry.prepareOffset(slot: geometry.slot(of: header.op)), count: count, buffer: buffer)
  }

  /// The prepare of `op` is on disk.
  public mutating func prepareDurable(_ op: UInt64) {
    precondition(op > durableOp && op <= lastOp, "the prepare was begun and its header is not durable yet")
    pending[Int(op - durableOp - 1)].isPrepareDurable = true
  }

  /// The header write that is due: none while one is in flight. It takes along every op in line whose prepare is durable and
  /// whose header lies in the same unit.
  public mutating func nextHeaderWrite() -> JournalWrite? {
    guard headersInFlight == nil, let first = pending.first, first.isPrepareDurable else { return nil }
    let unit = image.unit(of: geometry.slot(of: first.header.op))
    var through = durableOp
    for entry in pending {
      let slot = geometry.slot(of: entry.header.op)
      guard entry.isPrepareDurable, image.unit(of: slot) == unit else { break }
      image.set(entry.header, slot: slot)
      through = entry.header.op
    }
    headersInFlight = through
    headerWriteCount += 1
    let offset = image.copy(unit: unit, into: unitBuffer)
    return JournalWrite(offset: offset, count: Int(geometry.ioUnit), buffer: unitBuffer)
  }

  /// The header write in flight is on disk: `durableOp` advances, and everything up to it may be acknowledged.
  public mutating func headersDurable() {
    guard let through = headersInFlight else { preconditionFailure("a header write was in flight") }
    pending.removeFirst(Int(through - durableOp))
    durableOp = through
    headersInFlight = nil
  }

  /// The next unit to rewrite before the journal is used: what the recovery decided is made durable in op order.
  public func nextHealingWrite(from slot: Int) -> JournalWrite? {
    precondition(pending.isEmpty, "the header ring is healed before new entries")
    guard let unit = image.staleUnit(from: slot) else { return nil }
    return JournalWrite(
      offset: image.copy(unit: unit, into: unitBuffer), count: Int(geometry.ioUnit), buffer: unitBuffer)
  }
}
