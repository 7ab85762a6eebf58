import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// Random damage of items, with none to two older copies: what recovery says is so.
struct RecoverSeededTests {
  private static let casesPerGround = 60

  @Test("What is said to be there is there in the new file; what is lost is named, and nothing is dropped unasked")
  func damagedFiles() throws {
    var totals = RecoverTotals()
    let grounds = try RecoverGround.all()
    for (number, ground) in grounds.enumerated() {
      let items = RepairItem.all(ground.map, head: ground.head)
      for index in 0..<RecoverSeededTests.casesPerGround {
        var generator = SplitMix64(seed: UInt64(number * 1000 + index))
        try RecoverSeededTests.run(ground, items, "ground \(number), case \(index)", &generator, &totals)
      }
    }
    print("recovery: \(totals)")
    #expect(totals.cases == grounds.count * RecoverSeededTests.casesPerGround)
    #expect(totals.whole > 0 && totals.withLoss > 0 && totals.olderCheckpoint > 0 && totals.refusals > 0)
    #expect(totals.closedSessions > 0 && totals.undecidable > 0)
  }

  private static func run(
    _ ground: RecoverGround, _ items: [RepairItem], _ name: String, _ generator: inout SplitMix64,
    _ totals: inout RecoverTotals
  ) throws {
    let damaged = ground.storage.snapshot()
    var what = name
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let item = items.randomElement(using: &generator)!
      let damage = RepairItem.Damage.allCases.randomElement(using: &generator)!
      try item.damage(damaged, damage, earlier: ground.backups.first ?? ground.storage)
      what += ", \(damage) \(item)"
    }
    let count = Int.random(in: 0...2, using: &generator)
    let files = [damaged] + ground.backups.shuffled(using: &generator).prefix(count)
    what += ", \(files.count - 1) backups"
    do throws(RecoverRefusal) {
      let planning = try RecoverRig.plan(files)
      totals.add(planning)
      do { try RecoverJudge(ground: ground, files: files, name: what).judge(planning) } catch {
        Issue.record("\(what): \(error)")
      }
    } catch { totals.add(error) }
  }
}
