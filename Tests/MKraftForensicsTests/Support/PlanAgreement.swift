import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage

/// Whether the code of a verdict is what the planner of repairs can do with the file alone (section 7 of the design): 11 if and only
/// if there is a safe plan; of 13 that what is missing stays missing.
enum PlanAgreement {
  /// Why the two disagree; nil if they do not.
  static func problem(_ planning: RepairPlanning) -> String? {
    precondition(planning.plan.sources.isEmpty, "from the file alone")
    guard planning.plan.actions.allSatisfy({ $0.method.risk == .safe }) else { return "a plan that is not safe" }
    if planning.plan.before == .repairable, planning.plan.isEmpty { return "called repairable, and there is no plan" }
    // What a device does not give may have been zeros, which a copy has in its place.
    let isReadable = !planning.before.findings.contains { $0.kind == .rangeUnreadable }
    for finding in planning.before.findings where finding.kind.exitCode == .restorable {
      let isLeft = planning.after.findings.contains { isSame($0, finding) }
      if finding.isRebuildable, isLeft {
        return "\(finding.kind.name) at \(finding.place) is said to be repairable"
      }
      if isReadable, finding.exitCode == .restorable, !isLeft {
        return "\(finding.kind.name) at \(finding.place) can be repaired"
      }
    }
    return nil
  }

  private static func isSame(_ one: Finding, _ other: Finding) -> Bool {
    one.kind == other.kind && one.slot == other.slot && one.block == other.block && one.op == other.op
  }

  /// The same of a file that was verified; nil also if no repair is ever planned for it.
  static func problem(of storage: MemoryStorage) -> String? {
    guard let planning = try? RepairRig.plan(storage) else { return nil }
    return problem(planning)
  }
}
