internal import ArgumentParser
internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// Files that contents may be taken from.
struct RepairSourceOptions: ParsableArguments {
  @Option(
    name: .customLong("backup"), help: "An older copy of this very file. May be given several times.",
    completion: .file())
  var backups: [String] = []

  @Option(
    name: .customLong("peer"), help: "The file of another replica of the cluster. May be given several times.",
    completion: .file())
  var peers: [String] = []

  /// With whole paths, for the plan may be applied from elsewhere.
  var sources: [RepairSource] {
    backups.map { RepairSource(.backup, absolutePath($0).string) }
      + peers.map { RepairSource(.peer, absolutePath($0).string) }
  }
}

/// Risks that the operator takes.
struct RepairAllowance: ParsableArguments {
  private static let risky = RepairMethod.allCases.filter { $0.risk != .safe }

  @Option(
    name: .customLong("allow"),
    help: "The name of a kind of change that is not safe, to be made all the same. May be given several times.",
    completion: .list(RepairAllowance.risky.map(\.name)))
  var names: [String] = []

  func methods() throws(Failure) -> Set<RepairMethod> {
    var methods: Set<RepairMethod> = []
    for name in names {
      guard let method = RepairAllowance.risky.first(where: { $0.name == name }) else {
        let names = RepairAllowance.risky.map(\.name).joined(separator: ", ")
        throw Failure(.usage, "--allow is one of \(names)", of: name)
      }
      methods.insert(method)
    }
    return methods
  }
}
