import MKraftForensics

/// What came of many recoveries.
struct RecoverTotals: CustomStringConvertible {
  private(set) var cases = 0
  private(set) var whole = 0
  private(set) var withLoss = 0
  private(set) var olderCheckpoint = 0
  private(set) var undecidable = 0
  private(set) var unconnected = 0
  private(set) var closedSessions = 0
  private(set) var refused: [String: Int] = [:]

  mutating func add(_ planning: RecoverPlanning) {
    cases += 1
    if planning.plan.losses.isEmpty { whole += 1 } else { withLoss += 1 }
    if !planning.rejected.isEmpty { olderCheckpoint += 1 }
    for loss in planning.plan.losses {
      switch loss {
      case .ops(_, .undecidable): undecidable += 1
      case .ops(_, .unconnected): unconnected += 1
      case .reply: closedSessions += 1
      default: break
      }
    }
  }

  mutating func add(_ refusal: RecoverRefusal) {
    cases += 1
    let name =
      switch refusal {
      case .contradiction(_, let name): name
      case .unsteady: "unsteady"
      case .noSuperblock: "no superblock"
      case .notOurs, .copyNotOurs: "not ours"
      case .unconnected: "unconnected"
      case .startedLater: "started later"
      case .endedBefore: "ended before"
      case .noCheckpoint: "no whole checkpoint"
      case .repairInProgress: "repair in progress"
      case .diverged: "diverged"
      case .logTooLong: "log too long"
      case .otherMembers, .otherCluster, .otherReplica, .otherFile, .otherGeometry: "other file"
      case .numbersExhausted: "numbers exhausted"
      case .identityTaken: "identity taken"
      }
    refused[name, default: 0] += 1
  }

  var refusals: Int { refused.values.reduce(0, +) }

  var description: String {
    let reasons = refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return
      "\(cases) cases: \(whole) whole, \(withLoss) with loss (\(undecidable) runs undecidable, \(unconnected) unconnected, \(closedSessions) "
      + "sessions closed), \(olderCheckpoint) from an older checkpoint, \(refusals) refused (\(reasons))"
  }
}
