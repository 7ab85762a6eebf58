public import MKraftFormat

/// What the recovered file is to be called.
public struct RecoverIdentity: Sendable, Equatable {
  /// Of the new file; to be drawn at random.
  public var fileID: UInt128
  /// The cluster that the new file belongs to if something is lost; to be drawn at random.
  public var newCluster: UInt128

  public init(fileID: UInt128, newCluster: UInt128) {
    self.fileID = fileID
    self.newCluster = newCluster
  }
}

/// What recovery would make of some files. It is bound to their state: made again from other bytes it comes out otherwise.
public struct RecoverPlan: Sendable, Equatable {
  /// What identifies the state of a file.
  public struct Source: Sendable, Equatable {
    public var path: String
    public var byteCount: UInt64
    /// Nil if no superblock copy is left.
    public var fileID: UInt128?
    public var sequence: UInt64?
    public var superblock: UInt128?
    public var isLive: Bool
    public var isRedacted: Bool
    /// Whether a repair of it was begun and given up.
    public var isMarked: Bool
    /// Entries of the new file's log that come from this file.
    public var entryCount: UInt64 = 0

    public init(
      path: String, byteCount: UInt64, fileID: UInt128?, sequence: UInt64?, superblock: UInt128?, isLive: Bool,
      isRedacted: Bool, isMarked: Bool = false, entryCount: UInt64 = 0
    ) {
      self.path = path
      self.byteCount = byteCount
      self.fileID = fileID
      self.sequence = sequence
      self.superblock = superblock
      self.isLive = isLive
      self.isRedacted = isRedacted
      self.isMarked = isMarked
      self.entryCount = entryCount
    }
  }

  public var identity: RecoverIdentity
  public var sources: [Source]
  /// The file that the checkpoint is read from, by its place among the sources; blocks may come from others.
  public var base: Int
  public var checkpointOp: UInt64
  public var checkpointID: UInt128
  /// The last entry that the new file has.
  public var head: LogPosition
  /// The log is known to have reached this op.
  public var provenOp: UInt64
  /// The new file's term, above every term seen.
  public var term: UInt64
  public var losses: [RecoverLoss]
  /// The old cluster's id, which the new file keeps if nothing is lost.
  public var cluster: UInt128
  public var byteCount: UInt64

  public init(
    identity: RecoverIdentity, sources: [Source], base: Int, checkpointOp: UInt64, checkpointID: UInt128,
    head: LogPosition, provenOp: UInt64, term: UInt64, losses: [RecoverLoss], cluster: UInt128, byteCount: UInt64
  ) {
    self.identity = identity
    self.sources = sources
    self.base = base
    self.checkpointOp = checkpointOp
    self.checkpointID = checkpointID
    self.head = head
    self.provenOp = provenOp
    self.term = term
    self.losses = losses
    self.cluster = cluster
    self.byteCount = byteCount
  }

  /// The cluster of the new file: a new one if something is lost, so that nothing that remembers more takes it for its own.
  public var clusterAfter: UInt128 { losses.isEmpty ? cluster : identity.newCluster }

  /// All ops that the new file will not have; nil if it has all.
  public var lostOps: ClosedRange<UInt64>? {
    let ranges = losses.compactMap { if case .ops(let ops, _) = $0 { ops } else { nil } }
    guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max() else { return nil }
    return first...last
  }

  /// What has to be typed before anything is dropped: `op:57..60`, `op:57..` if nobody knows where the log ended, `reply:3`.
  public var acceptances: [String] {
    let ops = lostOps.map { ["op:\($0.lowerBound)..\(RecoverLoss.last(of: $0).map { "\($0)" } ?? "")"] } ?? []
    return ops + losses.compactMap { if case .reply(let slot, _) = $0 { "reply:\(slot)" } else { nil } }
  }

  /// XXH3-128, without a seed, of all that the plan says, but for where its sources lie. The checkpoint's id and the head's checksum
  /// stand for every byte of state and log that they reach.
  public var checksum: UInt128 {
    var lines = [
      identity.fileID.hex, identity.newCluster.hex, "\(base) \(checkpointOp) \(checkpointID.hex)",
      "\(head.op) \(head.term) \(head.checksum.hex) \(provenOp) \(term) \(cluster.hex) \(byteCount)",
    ]
    lines += sources.map {
      "\($0.byteCount) \($0.fileID?.hex ?? "-") \($0.sequence ?? 0) \($0.superblock?.hex ?? "-")"
    }
    lines += losses.map { "\($0)" }
    return Checksum.of(Array(lines.joined(separator: "\n").utf8).rawSpan, seed: 0)
  }

  /// Whether this plan goes at least as far as another that was made without keys and values, for files that are in the same state by
  /// all that it says of them.
  public func knowsMore(than other: RecoverPlan) -> Bool {
    let isRedacted = other.sources.contains(where: \.isRedacted) && !sources.contains(where: \.isRedacted)
    let isSame =
      sources.count == other.sources.count
      && zip(sources, other.sources).allSatisfy { mine, theirs in
        mine.byteCount == theirs.byteCount && mine.fileID == theirs.fileID && mine.sequence == theirs.sequence
          && mine.superblock == theirs.superblock
      }
    return isRedacted && isSame && (checkpointOp, head.op) >= (other.checkpointOp, other.head.op)
  }

  /// In what this plan is not the other, one line each; empty if it is the same.
  public func differences(from other: RecoverPlan) -> [String] {
    guard checksum != other.checksum else { return [] }
    var found: [String] = []
    func compare(_ name: String, _ mine: some CustomStringConvertible, _ theirs: some CustomStringConvertible) {
      if "\(mine)" != "\(theirs)" { found.append("\(name) is \(mine), not \(theirs)") }
    }
    compare("the number of files", sources.count, other.sources.count)
    for (mine, theirs) in zip(sources, other.sources) {
      compare("the size of \(theirs.path)", mine.byteCount, theirs.byteCount)
      compare("the sequence of \(theirs.path)", mine.sequence ?? 0, theirs.sequence ?? 0)
    }
    compare("the checkpoint's op", checkpointOp, other.checkpointOp)
    compare("the last op that is there", head.op, other.head.op)
    compare("the op that the log reached", provenOp, other.provenOp)
    compare("what is lost", acceptances.joined(separator: " "), other.acceptances.joined(separator: " "))
    return found.isEmpty ? ["the plan's details are others"] : found
  }
}
