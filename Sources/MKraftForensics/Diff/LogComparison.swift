internal import MKraftFormat

/// Logs side by side, op by op. The parent chain does the rest: files that hold the same header at an op have the same history up to
/// it.
public struct LogComparison: Sendable, Equatable {
  /// Most runs kept.
  public static let runsMax = 1000

  /// Ops of which each file holds as much as of the one before.
  public struct Run: Sendable, Equatable {
    public internal(set) var ops: ClosedRange<UInt64>
    /// In the order of the files; nil of a file without a log.
    public let holdings: [LogHolding?]
    /// Whether all files that know the entry know the same one.
    public let isAgreed: Bool
  }

  /// What a file has at an op.
  public struct Branch: Sendable, Equatable {
    public let checksum: UInt128
    public let parent: UInt128
    public let term: UInt64
    /// Whether the file proves its own entry committed.
    public let isCommitted: Bool
  }

  /// The first op of which two files hold different entries.
  public struct Divergence: Sendable, Equatable {
    public let op: UInt64
    /// In the order of the files; nil of a file that holds nothing there.
    public let branches: [Branch?]

    /// Whether different entries were committed: acknowledged writes contradict each other.
    public var isCommitted: Bool {
      Set(branches.compactMap { $0 }.filter(\.isCommitted).map(\.checksum)).count > 1
    }
  }

  /// The ops that were compared; nil if fewer than two files have a log.
  public private(set) var ops: ClosedRange<UInt64>?
  /// The last op at which all files have the same entry.
  public private(set) var lastCommon: UInt64?
  public private(set) var lastCommonChecksum: UInt128?
  /// Highest op that one of the files proves committed.
  public private(set) var commitMax: UInt64 = 0
  public private(set) var divergence: Divergence?
  public private(set) var runs: [Run] = []
  /// Whether there are more runs than are kept.
  public private(set) var isRunLimitReached = false
  /// The last op that each file knows something of, in the order of the files; nil of a file without a log.
  public private(set) var heads: [UInt64?]

  /// The last op that is the same in all files and committed.
  public var lastCommonCommitted: UInt64? { lastCommon.map { min($0, commitMax) } }

  /// Whether all logs end at the same op, and nothing that is known of them differs.
  public var isSame: Bool {
    guard let ops, divergence == nil, lastCommon != nil else { return false }
    return heads.allSatisfy { $0 == ops.upperBound }
  }

  init(_ replicas: [ComparedReplica]) {
    heads = replicas.map { _ in nil }
    let logs = replicas.map { LogContents($0) }
    let present = zip(replicas, logs).filter { $0.1 != nil }.map(\.0)
    guard present.count > 1 else { return }
    commitMax = present.map(\.commitMax).max() ?? 0
    let lowest = present.map { replica in
      let slots = UInt64(replica.superblock?.geometry.slotCount ?? 0)
      let head = replica.head ?? 0
      return head >= slots ? head - slots + 1 : 0
    }
    let first = lowest.min() ?? 0
    let last = max(first, logs.compactMap { $0?.last }.max() ?? 0)
    for op in first...last {
      let entries = logs.map { $0?.entry(of: op) }
      guard entries.contains(where: { $0.map { $0.holding != .beyondHead } ?? false }) else { continue }
      ops = first...op
      for (index, entry) in entries.enumerated() where entry.map({ $0.holding != .beyondHead }) ?? false {
        heads[index] = op
      }
      take(op, entries, replicas)
    }
  }

  private mutating func take(_ op: UInt64, _ entries: [LogContents.Entry?], _ replicas: [ComparedReplica]) {
    let checksums = Set(entries.compactMap { $0?.header?.checksum })
    if checksums.count > 1, divergence == nil {
      let branches = zip(entries, replicas).map { entry, replica in
        entry?.header.map { header in
          Branch(
            checksum: header.checksum, parent: header.parent, term: header.term, isCommitted: op <= replica.commitMax)
        }
      }
      divergence = Divergence(op: op, branches: branches)
    }
    if checksums.count == 1, divergence == nil, entries.allSatisfy({ $0 == nil || $0?.header != nil }) {
      lastCommon = op
      lastCommonChecksum = checksums.first
    }
    let run = Run(ops: op...op, holdings: entries.map { $0?.holding }, isAgreed: checksums.count < 2)
    if let last = runs.last, last.holdings == run.holdings, last.isAgreed == run.isAgreed,
      last.ops.upperBound + 1 == op
    {
      runs[runs.count - 1].ops = last.ops.lowerBound...op
    } else if runs.count < LogComparison.runsMax {
      runs.append(run)
    } else {
      isRunLimitReached = true
    }
  }
}
