internal import Glibc
internal import MKraftStorage

/// The superblock copies as a replica reads them: looking further could find what a replica does not see, and decide otherwise.
///
/// In a file in use an update may be under way, so that a copy counts as what it was at the best of several looks.
struct SuperblockLook: Sendable {
  /// Looks at a file in use until each copy was current at one of them: over half a second in all.
  private static let looksMax = 40
  /// Microseconds between two looks.
  private static let pause: UInt32 = 15_000

  let survey: SuperblockSurvey
  let decision: SuperblockDecision
  /// Copies that were current at some look.
  private let whole: Set<Int>

  /// - Parameters:
  ///   - scanning: look at every 1 MiB boundary up to the grid.
  ///   - settles: in a file in use, look until all copies are current at once, for somebody who is shown them side by side.
  init(_ storage: any Storage, isLive: Bool, scanning: Bool = false, settles: Bool = false) {
    var survey = SuperblockSurvey.read(storage, scanning: scanning)
    var decision = SuperblockDecision(survey)
    var whole = SuperblockLook.current(decision)
    var looks = 1
    func isDone(_ decision: SuperblockDecision, _ whole: Set<Int>) -> Bool {
      let current = settles ? SuperblockLook.current(decision) : whole
      return current.count == decision.states.count && decision.chosen != nil
    }
    // A look that finds nothing to choose, or a refusal, may have met an update half way.
    while isLive, !isDone(decision, whole), looks < SuperblockLook.looksMax {
      usleep(SuperblockLook.pause)
      survey = SuperblockSurvey.read(storage, scanning: scanning)
      decision = SuperblockDecision(survey)
      whole.formUnion(SuperblockLook.current(decision))
      looks += 1
    }
    self.survey = survey
    self.decision = decision
    self.whole = whole
  }

  /// What there is to say of the copies, as far as it lasted.
  var findings: [Finding] {
    SuperblockFindings.of(survey, decision).filter { finding in finding.copy.map { !whole.contains($0) } ?? true }
  }

  private static func current(_ decision: SuperblockDecision) -> Set<Int> {
    Set(decision.states.indices.filter { decision.states[$0] == .current })
  }
}
