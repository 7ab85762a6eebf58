internal import MKraftFormat
internal import MKraftStorage

/// What a log consists of, counted slot by slot.
public struct LogStatistics: Sendable {
  /// Most clients counted by name; the entries of others are counted together.
  public static let clientLimit = 4096

  public struct Count: Sendable, Equatable {
    public var entries = 0
    /// Headers and bodies.
    public var byteCount: UInt64 = 0

    mutating func add(_ header: PrepareHeader) {
      entries += 1
      byteCount += UInt64(header.size)
    }
  }

  public private(set) var slots = 0
  /// Slots by row, in the order of the recovery table.
  public private(set) var byRule = [Int](repeating: 0, count: RecoveryTable.rows.count)
  /// Slots by disposition, in the order of `SlotVerdict.Disposition.all`.
  public private(set) var byDisposition = [Int](repeating: 0, count: SlotVerdict.Disposition.all.count)
  /// Entries of the log by number of their operation.
  public private(set) var byOperation = [Count](repeating: Count(), count: 256)
  /// Entries of the log by client: the system's own are client 0.
  private var clients: [UInt128: Count] = [:]
  /// Entries of clients beyond the limit.
  public private(set) var otherClients = Count()
  /// Entries of the log.
  public private(set) var entries = Count()
  /// The lowest and the highest op of them; nil if there are none.
  public private(set) var ops: ClosedRange<UInt64>?
  /// Their first and last time, nanoseconds since 1970 UTC.
  public private(set) var times: ClosedRange<UInt64>?
  /// Slots of ops that the log has reached, and whose entry is not usable.
  public private(set) var gapSlots = 0
  public private(set) var changedSlots = 0
  public private(set) var brokenLinks = 0

  public init() {}

  /// Entries by client, the busiest first.
  public var byClient: [(client: UInt128, count: Count)] {
    clients.map { (client: $0.key, count: $0.value) }
      .sorted { $0.count.entries != $1.count.entries ? $0.count.entries > $1.count.entries : $0.client < $1.client }
  }

  /// - Parameter isGap: see `LogInspection.isGap`.
  public mutating func add(_ row: LogRow, isGap: Bool) {
    slots += 1
    if isGap { gapSlots += 1 }
    byRule[RecoveryTable.index(of: row.condition)] += 1
    byDisposition[Int(row.disposition.rawValue)] += 1
    if row.hasChanged { changedSlots += 1 }
    if case .broken = row.link { brokenLinks += 1 }
    guard let entry = row.entry else { return }
    entries.add(entry)
    ops = min(ops?.lowerBound ?? entry.op, entry.op)...max(ops?.upperBound ?? entry.op, entry.op)
    let time = entry.timestamp
    times = min(times?.lowerBound ?? time, time)...max(times?.upperBound ?? time, time)
    byOperation[Int(entry.operation)].add(entry)
    if clients[entry.client] != nil || clients.count < LogStatistics.clientLimit {
      clients[entry.client, default: Count()].add(entry)
    } else {
      otherClients.add(entry)
    }
  }
}
