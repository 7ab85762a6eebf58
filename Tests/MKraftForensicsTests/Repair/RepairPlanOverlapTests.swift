import MKraftForensics
import MKraftFormat
import MKraftOutput
import Testing

/// What tells a plan that was made from one that nobody has made.
@Suite struct RepairPlanOverlapTests {
  private func plan(_ actions: [RepairAction]) -> RepairPlan {
    RepairPlan(
      subject: RepairPlan.Subject(
        cluster: 1, member: 2, fileID: 3, sequence: 4, superblock: 5, geometry: SampleFile.geometry,
        sizeBefore: 1 << 20, sizeAfter: 1 << 20),
      sources: [], actions: actions, needsCopy: false, before: .restorable, after: .sound)
  }

  private func zeros(_ range: Range<UInt64>) -> RepairAction { RepairAction(.gapZeroed, .gapNotZero, range: range) }

  @Test func noByteIsChangedTwice() {
    #expect(!plan([]).hasOverlap)
    #expect(!plan([zeros(10..<20), zeros(0..<10), zeros(20..<21)]).hasOverlap)
    for other in [0..<11, 9..<10, 0..<30, 19..<20, 10..<20, 19..<100] as [Range<UInt64>] {
      #expect(plan([zeros(10..<20), zeros(200..<300), zeros(other)]).hasOverlap == (other.upperBound > 10), "\(other)")
    }
  }

  @Test func theLengthIsChangedOnce() {
    let cut = RepairAction(.fileCut, .fileOverLong, range: 100..<200)
    let unreadable = RepairAction(.unreadableZeroed, .rangeUnreadable, range: 150..<200)
    #expect(!plan([unreadable, cut]).hasOverlap)
    #expect(plan([cut, cut]).hasOverlap)
  }

  @Test func plansAreWithoutOverlap() throws {
    let file = try SampleFile()
    file.garbage(file.range(1))
    file.garbage(file.headerRange(5))
    let mark = file.geometry.repairMarkRange(copy: 2).lowerBound
    file.garbage(mark - 3000..<mark + 700)
    let made = try RepairRig.plan(file.storage).plan
    #expect(made.actions.count >= 3 && !made.hasOverlap)
  }
}
