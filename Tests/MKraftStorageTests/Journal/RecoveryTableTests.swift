import MKraftStorage
import Testing

/// The recovery table against expectations thought out from the order of writes (rules R12 and R13, theory D4).
@Suite struct RecoveryTableTests {
  @Test func everyConditionHasOneRowAndEveryRowACondition() {
    var used = Set<Int>()
    for condition in SlotCondition.all {
      let matching = RecoveryTable.rows.indices.filter { RecoveryTable.rows[$0].matches(condition) }
      #expect(matching.count == 1, "\(condition)")
      #expect(matching.first == RecoveryTable.index(of: condition))
      used.formUnion(matching)
    }
    #expect(used == Set(RecoveryTable.rows.indices))
    #expect(Set(RecoveryTable.rows.map(\.name)).count == RecoveryTable.rows.count)
    // 7 headers by 5 prepares, and one pair both ways.
    #expect(SlotCondition.all.count == 36)
  }

  private struct Expectation: Equatable {
    var alone: RecoveryRow.Decision?
    var inTail: RecoveryRow.Decision
    var several: RecoveryRow.Decision
    var have: Bool
    var nack: RecoveryRow.Nack
  }

  /// What must be concluded from a slot.
  private func expectation(_ condition: SlotCondition) -> Expectation {
    let (header, prepare) = (condition.header, condition.prepare)
    // Either ring proves that the superblock is not the newest: nothing about this slot can be concluded under it.
    if header == .ahead || prepare == .ahead {
      return Expectation(alone: .stale, inTail: .stale, several: .ask, have: false, nack: .never)
    }
    switch header {
    case .current:
      // The header was written after its prepare: there was this entry, and no other can have been.
      let isWhole = condition.agreement == .same
      return Expectation(
        alone: isWhole ? .keep : .lost, inTail: isWhole ? .keep : .lost, several: isWhole ? .keep : .ask,
        have: prepare == .current, nack: .otherEntries)
    case .bad, .unknown:
      // Nobody knows what the header was, so nothing is denied; what the prepare certifies by itself is used.
      return switch prepare {
      case .current: Expectation(alone: .fix, inTail: .fix, several: .fix, have: true, nack: .never)
      case .bad: Expectation(alone: .undecidable, inTail: .cut, several: .ask, have: false, nack: .never)
      default: Expectation(alone: .vacant, inTail: .vacant, several: .ask, have: false, nack: .never)
      }
    case .reserved, .older:
      // No header was written for this op, so it was never acknowledged; and it opens the tail.
      return switch prepare {
      case .current: Expectation(alone: nil, inTail: .fix, several: .fix, have: true, nack: .never)
      case .bad: Expectation(alone: nil, inTail: .cut, several: .cut, have: false, nack: .always)
      default: Expectation(alone: nil, inTail: .blank, several: .blank, have: false, nack: .always)
      }
    case .vacated:
      // As before for a replica alone, which gave the slot up; the others do not know what stood here before.
      return switch prepare {
      case .current: Expectation(alone: nil, inTail: .fix, several: .fix, have: true, nack: .never)
      case .bad: Expectation(alone: nil, inTail: .cut, several: .ask, have: false, nack: .never)
      default: Expectation(alone: nil, inTail: .blank, several: .ask, have: false, nack: .never)
      }
    case .ahead:
      preconditionFailure("dealt with above")
    }
  }

  @Test func rowsSayWhatTheOrderOfWritesAllows() {
    for condition in SlotCondition.all {
      let row = RecoveryTable.rows[RecoveryTable.index(of: condition)]
      let actual = Expectation(
        alone: row.alone, inTail: row.aloneInTail, several: row.several, have: row.have, nack: row.nack)
      #expect(actual == expectation(condition), "\(row.name): \(condition)")
    }
  }

  @Test func rowsKeepTheRulesOfEvidence() {
    for condition in SlotCondition.all {
      let row = RecoveryTable.rows[RecoveryTable.index(of: condition)]
      // Have and nack are not complements, but they never hold together.
      #expect(!(row.have && row.nack == .always), "\(row.name)")
      // One of several gives nothing up that it may not deny.
      if row.several == .cut || row.several == .blank { #expect(row.nack == .always, "\(row.name)") }
      // A header of the expected op forbids to give the slot up, in the tail or below.
      let givesUp: [RecoveryRow.Decision] = [.blank, .cut, .vacant, .undecidable]
      if condition.header == .current { #expect(!givesUp.contains(row.aloneInTail), "\(row.name)") }
      // Below the tail nothing is cut: damaged is not absent.
      #expect(row.alone != .cut && row.alone != .blank, "\(row.name)")
      #expect((row.fault != nil) == (row.alone == .lost), "\(row.name)")
      #expect(row.alone == nil ? condition.header.opensTail : true, "\(row.name)")
    }
  }
}
