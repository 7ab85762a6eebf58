internal import MKraftFormat
public import MKraftOutput

/// Files of replicas compared by what they mean: whose they are, what their logs hold, what state their checkpoints are.
public struct ReplicaComparison: Sendable {
  /// Most files at once: each takes a few megabytes.
  public static let filesMax = 16

  /// What the files are to each other, the gravest first.
  public enum Kind: String, Sendable, CaseIterable {
    /// Of one of them no superblock tells whose it is.
    case unknown
    case differentClusters = "different-clusters"
    /// Committed entries or states contradict each other: something that was acknowledged is not true everywhere.
    case contradicting
    /// They differ in what all replicas of a cluster have in common.
    case misconfigured
    /// Their logs hold different entries that were not both committed: a replica drops one when it hears of the other.
    case diverged
    /// One is further than another, on the same history.
    case behind
    /// One log and one state, of which a file has lost something.
    case damaged
    /// What differs is one file with itself: it changed between two looks.
    case changing
    case same

    public var words: String {
      switch self {
      case .unknown: "of one of the files no superblock tells whose it is"
      case .differentClusters: "they belong to different clusters, and have nothing in common"
      case .contradicting: "they contradict each other in what was committed: keep all of them as they are"
      case .misconfigured: "they belong to one cluster, and differ in what its replicas have in common"
      case .diverged:
        "their logs part at an op that was not committed in both: when they talk to each other one of them gives way"
      case .behind: "one is further than another, on the same history"
      case .damaged: "one history, of which one of them has lost something"
      case .changing: "one file, which changed between two looks at it: that is no difference between replicas"
      case .same: "the same by meaning: one log, one state"
      }
    }

    /// Whether it says that files differ in more than their damage.
    var isDifference: Bool {
      switch self {
      case .differentClusters, .contradicting, .misconfigured, .diverged, .behind: true
      case .unknown, .damaged, .changing, .same: false
      }
    }
  }

  public let replicas: [ComparedReplica]
  public let fields: [ComparedField]
  /// Nil if the files are not of one cluster.
  public let log: LogComparison?
  /// Each file's checkpoint against the first one's that has a superblock.
  public let checkpoints: [CheckpointComparison]
  public let kind: Kind

  public init(_ replicas: [ComparedReplica]) {
    self.replicas = replicas
    let superblocks = replicas.map(\.superblock)
    let fields = ComparedField.of(superblocks)
    self.fields = fields
    let isOneCluster = !fields.contains { $0.weight == .cluster && $0.differs }
    let known = replicas.indices.filter { superblocks[$0] != nil }
    let log = isOneCluster && known.count > 1 ? LogComparison(replicas) : nil
    self.log = log
    var checkpoints: [CheckpointComparison] = []
    if isOneCluster, let first = known.first {
      checkpoints = known.dropFirst().compactMap { CheckpointComparison(replicas, first, $0) }
    }
    self.checkpoints = checkpoints
    var kind = ReplicaComparison.kind(known.count == replicas.count, isOneCluster, fields, log, checkpoints)
    let worst = ExitCode.worst(replicas.map(\.report.verdict.exitCode)) ?? .sound
    if kind == .same, worst > .degraded { kind = .damaged }
    if kind.isDifference, let others = ReplicaComparison.namedOnce(replicas) {
      kind = others.count > 1 ? ReplicaComparison(others).kind : .changing
      if kind == .same || kind == .damaged { kind = .changing }
    }
    self.kind = kind
  }

  /// The files without those that were named before, under whatever names; nil if none was.
  private static func namedOnce(_ replicas: [ComparedReplica]) -> [ComparedReplica]? {
    let repeated = Set(namedMoreThanOnce(replicas).flatMap { $0.dropFirst() })
    return repeated.isEmpty ? nil : replicas.indices.filter { !repeated.contains($0) }.map { replicas[$0] }
  }

  private static func namedMoreThanOnce(_ replicas: [ComparedReplica]) -> [[Int]] {
    var groups: [[Int]] = []
    for (index, replica) in replicas.enumerated() {
      guard let identity = replica.identity else { continue }
      if let group = groups.firstIndex(where: { replicas[$0[0]].identity == identity }) {
        groups[group].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups.filter { $0.count > 1 }
  }

  private static func kind(
    _ isKnown: Bool, _ isOneCluster: Bool, _ fields: [ComparedField], _ log: LogComparison?,
    _ checkpoints: [CheckpointComparison]
  ) -> Kind {
    guard isOneCluster else { return .differentClusters }
    if log?.divergence?.isCommitted == true || checkpoints.contains(where: \.relation.isContradiction) {
      return .contradicting
    }
    guard isKnown else { return .unknown }
    if fields.contains(where: { $0.weight == .common && $0.differs }) { return .misconfigured }
    if log?.divergence != nil { return .diverged }
    let isSame = log?.isSame == true && checkpoints.allSatisfy { $0.relation == .same }
    return isSame ? .same : .behind
  }

  /// Files that are states of one and the same file: indices in order of sequence.
  public var statesOfOneFile: [[Int]] {
    let groups = Dictionary(grouping: replicas.indices.filter { replicas[$0].superblock != nil }) {
      replicas[$0].superblock?.fileID ?? 0
    }
    return groups.values.filter { $0.count > 1 }.map { indices in
      indices.sorted { left, right in
        let (one, other) = (replicas[left].superblock, replicas[right].superblock)
        return (one?.sequence ?? 0, replicas[left].head ?? 0, left)
          < (other?.sequence ?? 0, replicas[right].head ?? 0, right)
      }
    }.sorted { $0[0] < $1[0] }
  }

  /// Files that were named more than once, under one name or several: indices. None of them is a copy of itself, whatever the
  /// comparison says.
  public var namedMoreThanOnce: [[Int]] { ReplicaComparison.namedMoreThanOnce(replicas) }

  /// The worst of the files' own codes; 16 if that is milder and they differ, 12 if what differs is one file with itself.
  public var exitCode: ExitCode {
    var code = ExitCode.worst(replicas.map(\.report.verdict.exitCode)) ?? .sound
    if kind.isDifference { code.raise(to: .different) }
    if kind == .changing { code.raise(to: .incomplete) }
    return code
  }
}
