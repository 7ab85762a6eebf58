internal import MKraftForensics
internal import MKraftOutput
internal import MKraftStorage

/// A plan and its sources, which may have changed since it was made.
extension PlanDocument {
  /// The command that makes the plan anew, from the same sources but one.
  /// - Parameter target: where it saves the plan; nil if it only shows it.
  func planAgain(without missing: RepairSource? = nil, to target: String? = nil) -> ShellCommand {
    var command = plan.sources.filter { $0 != missing }.reduce(ShellCommand("repair", "plan")) {
      $0.word("--\($1.role.rawValue)").path($1.path)
    }
    for name in allowed.map(\.name).sorted() { command = command.word("--allow").word(name) }
    if let target { command = command.word("--to").path(target) }
    return command.path(path)
  }

  /// Why the plan does not fit any more.
  /// - Parameters:
  ///   - isSameFile: whether the file is as the plan found it.
  ///   - changed: sources that no longer hold what the plan takes from them.
  func staleness(isSameFile: Bool, _ changed: [RepairSource]) -> String {
    let file = "it was made for the file in another state"
    if changed.isEmpty { return isSameFile && !plan.sources.isEmpty ? "its sources are no longer as they were" : file }
    let names = changed.map { "the \($0.role.rawValue) \(Escape.text($0.path))" }.joined(separator: " and ")
    let sources = "\(names) no longer \(changed.count == 1 ? "holds" : "hold") what it takes from there"
    return isSameFile ? sources : "\(file), and \(sources)"
  }

  /// A failure before anything was planned: if it is about a source, what that is to the plan, and the command that does without it.
  func named(_ failure: Failure) -> Failure {
    guard failure.subject != path, let source = plan.sources.first(where: { $0.path == failure.subject }) else {
      return failure
    }
    var named = failure
    named.reason += "; the plan names it as a \(source.role.rawValue); nothing was written"
    named.next = failure.next ?? planAgain(without: source)
    return named
  }
}
