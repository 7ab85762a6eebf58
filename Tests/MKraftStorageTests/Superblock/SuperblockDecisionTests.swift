import MKraftFormat
import MKraftStorage
import Testing

/// Which superblock a file is opened at, over all that may stand at its four homes (rule R9).
@Suite struct SuperblockDecisionTests {
  private func verdict(_ decision: SuperblockDecision) -> OpeningOracle.Verdict {
    switch decision.outcome {
    case .success(let chosen):
      let names: [SampleCopy] = [.new, .old, .older, .forked, .foreign, .ahead, .aheadUnlinked]
      return .opens(names.first { $0.superblock?.checksum == chosen.checksum } ?? .zeroed)
    case .failure(.notFound): return .notFound
    case .failure(.newerFormat): return .newerFormat
    case .failure(.identitiesDiffer): return .identitiesDiffer
    case .failure(.fork): return .fork
    case .failure(.quorumLost): return .quorumLost
    case .failure(.copyAhead), .failure(.notLinked): return .aheadOrUnlinked
    }
  }

  @Test func allCombinationsOfSevenStates() {
    let states = SampleCopy.seven
    let table = SampleCopy.observations(states)
    var opened: [SampleCopy: Int] = [:]
    for number in 0..<2401 {
      let digits = [number % 7, number / 7 % 7, number / 49 % 7, number / 343]
      let copies = digits.map { states[$0] }
      let decision = SuperblockDecision(copies: digits.indices.map { table[digits[$0]][$0] })
      let actual = verdict(decision)
      guard actual == OpeningOracle.verdict(copies) else {
        Issue.record("\(copies): \(actual), not \(OpeningOracle.verdict(copies))")
        return
      }
      if case .opens(let chosen) = actual { opened[chosen, default: 0] += 1 }
      if let problem = problem(copies, actual) ?? repairProblem(decision, digits, table) {
        Issue.record("\(copies): \(problem)")
        return
      }
    }
    // All three of a history are met; by hand: two or more of new beside torn, zeroed, misnumbered and old is 6*16+4*4+1.
    #expect(opened[.new] == 6 * 16 + 4 * 4 + 1)
    #expect(opened[.old] ?? 0 > 0 && opened[.forked] ?? 0 > 0)
  }

  /// What must never happen, whatever the rule says.
  private func problem(_ copies: [SampleCopy], _ verdict: OpeningOracle.Verdict) -> String? {
    let new = copies.count { $0 == .new }
    let isPure = !copies.contains(.foreign) && !copies.contains(.forked)
    // Acknowledged means that three copies were verified: with two lost, one at least is left, with one lost two.
    if isPure && new >= 2 && verdict != .opens(.new) { return "an acknowledged state is not opened" }
    if verdict == .opens(.old) && new >= 2 { return "rolled back" }
    let hasOurs = copies.contains(.new) || copies.contains(.old)
    if verdict == .opens(.foreign) && hasOurs { return "a foreign copy is preferred" }
    if verdict == .opens(.forked) && new > 0 { return "one branch of a fork is preferred" }
    return nil
  }

  /// Every prefix of the repairs, with a torn write on top, opens at the same state.
  private func repairProblem(_ decision: SuperblockDecision, _ digits: [Int], _ table: [[CopyObservation]]) -> String? {
    guard let chosen = decision.chosen else { return decision.repairs.isEmpty ? nil : "repairs after a refusal" }
    var copies = digits.indices.map { table[digits[$0]][$0] }
    let isCurrent = digits.indices.filter { decision.states[$0] == .current }
    guard Set(isCurrent).union(decision.repairs) == [0, 1, 2, 3], isCurrent.count + decision.repairs.count == 4 else {
      return "repairs \(decision.repairs)"
    }
    for copy in decision.repairs {
      copies[copy] = .damaged(.magicMismatch)
      guard SuperblockDecision(copies: copies).chosen?.checksum == chosen.checksum else {
        return "torn repair of \(copy)"
      }
      var whole = chosen
      whole.copy = copy
      copies[copy] = .valid(whole)
      guard SuperblockDecision(copies: copies).chosen?.checksum == chosen.checksum else { return "repair of \(copy)" }
    }
    return nil
  }

  @Test func sampledCombinationsOfAllStates() {
    let states = SampleCopy.allCases
    let table = SampleCopy.observations(states)
    var random = SplitMix64(seed: 9)
    var seen: [OpeningOracle.Verdict] = []
    for sample in 0..<6000 {
      // Mostly copies of one history, so that quorums occur.
      let likely = [0, 1, 7, 8]
      let digits = (0..<4).map { _ in
        Bool.random(using: &random)
          ? likely[Int.random(in: 0..<4, using: &random)] : Int.random(in: 0..<states.count, using: &random)
      }
      let copies = digits.map { states[$0] }
      let actual = verdict(SuperblockDecision(copies: digits.indices.map { table[digits[$0]][$0] }))
      guard actual == OpeningOracle.verdict(copies) else {
        Issue.record("sample \(sample), \(copies): \(actual), not \(OpeningOracle.verdict(copies))")
        return
      }
      if !seen.contains(actual) { seen.append(actual) }
    }
    // Seven states to open at and six ways to refuse.
    #expect(seen.count == 13)
  }

  @Test func repairsWriteWorthlessHomesFirst() {
    let table = SampleCopy.observations([.old, .new, .zeroed, .older, .wrongNumber])
    let decision = SuperblockDecision(copies: [table[1][0], table[0][1], table[0][2], table[2][3]])
    #expect(decision.states == [.unacknowledged, .current, .current, .damaged])
    #expect(decision.repairs == [3, 0])
    let other = SuperblockDecision(copies: [table[3][0], table[2][1], table[1][2], table[1][3]])
    #expect(other.states == [.stale, .damaged, .current, .current])
    #expect(other.repairs == [1, 0])
  }

  @Test func newerCopiesOutrankOlderOnes() {
    let table = SampleCopy.observations([.new, .newerFormat])
    let one = SuperblockDecision(copies: [table[1][0], table[0][1], table[0][2], table[0][3]])
    #expect(one.chosen?.sequence == SampleCopy.newState.sequence)
    #expect(one.states[0] == .newer && one.repairs == [0])
    let two = SuperblockDecision(copies: [table[1][0], table[1][1], table[0][2], table[0][3]])
    #expect(verdict(two) == .newerFormat)
  }
}
