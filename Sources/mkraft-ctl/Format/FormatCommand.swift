internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// `format`: creates a replica's data file, and never replaces one.
struct FormatCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "format",
    abstract: "Creates the data file of a replica; never replaces one.",
    discussion: """
      Killed at any point, FILE does not exist. Formatting never replaces a lost replica: a new file has forgotten what the \
      old one promised.
      """)

  @Argument(help: "The file to create.", completion: .file())
  var file: String

  @Option(help: "The cluster's id: up to 32 hexadecimal digits, or 'random'.")
  var cluster: ClusterArgument

  // Numbers below 0 are numbers too: the invariant that they break is named.
  @Option(parsing: .unconditional, help: "This replica's index in the cluster, from 0.")
  var replica: Int

  @Option(parsing: .unconditional, help: "Replicas of the cluster: 1 to 16.")
  var replicaCount: Int

  @OptionGroup(title: "Geometry") var geometry: GeometryOptions

  @Option(
    parsing: .unconditional, help: "Replicas that must hold an entry before it is committed. (default: a majority)")
  var quorumReplication: Int?

  @Option(parsing: .unconditional, help: "Replicas that must vote for a leader. (default: a majority)")
  var quorumElection: Int?

  @Flag(help: "This is the first formatting of a cluster of several replicas, all of whose files are new.")
  var initialCluster = false

  @Flag(help: "Succeed without a change if FILE has this identity and geometry already.")
  var ifMissing = false

  @Flag(help: "Print what would be made, and write nothing.")
  var dryRun = false

  @Flag(help: "Reserve the space without writing zeros: quicker now, slower first writes later.")
  var noPrewrite = false

  @OptionGroup(title: "Sizing, with --dry-run") var sizing: LogSizingOptions

  @Option(help: .hidden)
  var fileID: Identifier?

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var output: OutputOptions

  func execute(on console: Console) throws(Failure) -> ExitCode {
    guard dryRun || sizing.isEmpty else {
      throw Failure(.usage, "--rate, --checkpoint-duration, --wal-budget and --read-rate go with --dry-run")
    }
    try sizing.check()
    let plan = try self.plan()
    let path = FilePath(file)
    if let existing = try existing(at: path, plan) {
      FormatReport(path: path, superblock: existing, outcome: .unchanged).render(on: console)
      return .sound
    }
    guard !dryRun else {
      let report = LogSizingReport(plan.geometry, sizing.conditions, budget: sizing.walBudget?.bytes)
      FormatReport(path: path, superblock: plan.superblock, outcome: .planned(plan), sizing: report).render(on: console)
      return .sound
    }
    let report: FormatReport
    do throws(Failure) {
      report = try create(path, plan, on: console)
    } catch {
      // Somebody else may have made the very file meanwhile.
      guard error.code == .cannotCreate, let existing = try existing(at: path, plan) else { throw error }
      report = FormatReport(path: path, superblock: existing, outcome: .unchanged)
    }
    report.render(on: console)
    return .sound
  }

  /// What the options ask for.
  private func plan() throws(Failure) -> FormatPlan {
    // Far beyond any cluster, so that numbers of any size are named as the invariant they break.
    let limit = 1000
    func clamped(_ number: Int) -> Int { min(max(number, -limit), limit) }
    let count = clamped(replicaCount)
    let majority = Quorums.majority(of: count)
    let plan = FormatPlan(
      cluster: try clusterID(), replica: clamped(replica), replicaCount: count,
      quorums: Quorums(
        replication: quorumReplication.map(clamped) ?? majority.replication,
        election: quorumElection.map(clamped) ?? majority.election),
      geometry: geometry.geometry, fileID: fileID?.value ?? Identifier.random(), prewrite: !noPrewrite)
    guard plan.brokenInvariants.isEmpty else { throw FormatCommand.failure(plan.brokenInvariants) }
    guard count == 1 || initialCluster else { throw initialClusterMissing(count) }
    return plan
  }

  private func clusterID() throws(Failure) -> UInt128 {
    switch cluster {
    case .id(let id): return id
    case .random:
      guard !ifMissing else {
        throw Failure(.usage, "--if-missing needs the cluster's id: a random one is never that of an existing file")
      }
      return Identifier.random()
    }
  }

  private func initialClusterMissing(_ count: Int) -> Failure {
    Failure(
      .usage,
      """
      a cluster of \(count) replicas is formatted once, all of its files together; if this is that moment, say \
      --initial-cluster. Formatting never replaces a lost replica: a new file has forgotten its votes and entries, and \
      could undo what the cluster acknowledged
      """)
  }
}
