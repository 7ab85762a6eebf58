import Glibc
import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// Every item of a file, damaged in every way, repaired from the file alone, from an older copy, and from one that holds all.
@Suite struct RepairMatrixTests {
  private struct Ground {
    let sound: MemoryStorage
    let earlier: MemoryStorage
    let pairs: [[UInt8]: [UInt8]]
    let map: GridMap
    let head: UInt64
  }

  private static func ground() throws -> Ground {
    let run = try GridRun()
    try run.run(checkpoints: 3)
    let earlier = run.storage.snapshot()
    try run.run(checkpoints: 4, more: 5)
    let head = run.shell.replica.status.head
    return Ground(
      sound: run.storage, earlier: earlier, pairs: run.pairs, map: try GridMap(run.storage), head: head)
  }

  /// How it came out, counted.
  private struct Totals {
    var counts: [String: Int] = [:]
    mutating func add(_ name: String) { counts[name, default: 0] += 1 }
  }

  @Test(arguments: RepairItem.Damage.allCases) func everyItem(_ damage: RepairItem.Damage) throws {
    let ground = try Self.ground()
    var totals = Totals()
    for item in RepairItem.all(ground.map, head: ground.head) {
      for source in ["alone", "older", "whole"] {
        let storage = ground.sound.snapshot()
        try item.damage(storage, damage, earlier: ground.earlier)
        let donors =
          switch source {
          case "older": [try RepairRig.backup(ground.earlier, of: ground.map.superblock)]
          case "whole": [try RepairRig.backup(ground.sound, of: ground.map.superblock)]
          default: [RepairDonor]()
          }
        try check(storage, donors, ground, "\(item), \(damage), \(source)", &totals)
      }
    }
    print("repair matrix, \(damage):", totals.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
  }

  /// All pairs of items, each damaged in three ways, from the file alone and from one that holds all: one case in
  /// `MKRAFT_REPAIR_EVERY` (1 takes all, some twenty thousand).
  @Test func everyPair() throws {
    let ground = try Self.ground()
    let items = RepairItem.all(ground.map, head: ground.head)
    let kinds: [RepairItem.Damage] = [.flip, .zero, .swapped]
    let donor = try RepairRig.backup(ground.sound, of: ground.map.superblock)
    let every = Int(max(1, Self.number("EVERY") ?? 61))
    var totals = Totals()
    var number = 0
    var cases = 0
    for first in items.indices {
      for second in items.indices.dropFirst(first + 1) {
        for (one, other) in kinds.flatMap({ one in kinds.map { (one, $0) } }) {
          for donors in [[], [donor]] {
            number += 1
            guard number % every == 0 else { continue }
            cases += 1
            let storage = ground.sound.snapshot()
            try items[first].damage(storage, one, earlier: ground.earlier)
            try items[second].damage(storage, other, earlier: ground.earlier)
            let comment = "\(items[first]) \(one), \(items[second]) \(other), \(donors.count) sources"
            try check(storage, donors, ground, comment, &totals)
          }
        }
      }
    }
    #expect(cases == number / every)
    print(
      "repair of pairs: \(cases) of \(number) cases:",
      totals.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
  }

  /// Two or three items at once. What is then left is only what nothing names, or what contradicts itself.
  @Test func severalItems() throws {
    let ground = try Self.ground()
    let items = RepairItem.all(ground.map, head: ground.head)
    let mayBeStale = items.map { !$0.name.hasPrefix("header") }
    var totals = Totals()
    let first = Self.number("FIRST") ?? 0
    for seed in first..<first + (Self.number("CASES") ?? 300) {
      var generator = SplitMix64(seed: seed)
      let storage = ground.sound.snapshot()
      var names: [String] = []
      for _ in 0..<Int.random(in: 2...3, using: &generator) {
        let index = Int.random(in: 0..<items.count, using: &generator)
        // Two lost writes in both rings of one slot leave a sound file of another time, which nobody can tell.
        let kinds = RepairItem.Damage.allCases.filter { $0 != .stale || mayBeStale[index] && names.isEmpty }
        let damage = kinds[Int.random(in: 0..<kinds.count, using: &generator)]
        try items[index].damage(storage, damage, earlier: ground.earlier)
        names.append("\(items[index]) \(damage)")
      }
      let sources = [ground.sound, ground.earlier].prefix(Int.random(in: 0...2, using: &generator))
      let donors = try sources.map { try RepairRig.backup($0, of: ground.map.superblock) }
      try check(storage, donors, ground, "seed \(seed): \(names), \(donors.count) sources", &totals)
    }
    print("repair of several:", totals.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
  }

  /// More cases on request, or others: a nightly run takes tens of thousands.
  private static func number(_ name: String) -> UInt64? {
    unsafe getenv("MKRAFT_REPAIR_\(name)").flatMap { unsafe UInt64(String(cString: $0)) }
  }

  /// Findings that no source can do anything about.
  private static let hopeless: Set<FindingKind> = [
    .walHeadUndecidable, .walEntryUnknown, .walChainBroken, .gapNotZero, .blockUnknown, .rangeUnreadable,
  ]

  private func check(
    _ storage: MemoryStorage, _ donors: [RepairDonor], _ ground: Ground, _ comment: String, _ totals: inout Totals
  ) throws {
    let planning: RepairPlanning
    do { planning = try RepairRig.plan(storage, donors) } catch RepairPlanner.Refusal.noSuperblock {
      return totals.add("refused: no superblock")
    }
    let plan = planning.plan
    if donors.isEmpty { #expect(PlanAgreement.problem(planning) == nil, "\(comment)") }
    // Whatever is said to be brought back is what stood there.
    for action in plan.actions where action.method.bringsBack {
      let sound = try RepairRig.bytes(action.range, of: ground.sound)
      #expect(action.newChecksum == Checksum.of(sound.rawSpan, seed: 0), "\(comment): \(action)")
    }
    // What hides behind other damage comes to light when that is repaired.
    let isWorse = plan.after > plan.before && !planning.declined.contains { Self.hopeless.contains($0.finding.kind) }
    #expect(!isWorse, "\(comment): \(planning.after.findings)")
    if !donors.isEmpty, !comment.hasSuffix("older") {
      let left = planning.declined.filter { $0.finding.kind.exitCode > .degraded }
      let isSingle = comment.hasSuffix("whole")
      let isHelped = left.allSatisfy { !isSingle && Self.hopeless.contains($0.finding.kind) }
      #expect(isHelped, "\(comment): \(planning.before.findings) \(planning.declined)")
    }
    totals.add(outcome(planning))
    guard !plan.needsCopy else {
      #expect(throws: RepairError.needsCopy) { try RepairRig.log(planning, of: storage) }
      let copy = MemoryStorage()
      let report = try RepairCopy.write(planning, to: copy)
      #expect(report.verdict == planning.after.verdict, "\(comment)")
      guard plan.after <= .degraded else { return }
      #expect(try ReplicaOutcome(on: copy, pairs: ground.pairs) == .serves, "\(comment)")
      return
    }
    guard !plan.actions.isEmpty else { return }
    try apply(planning, storage, donors, ground, comment)
  }

  private func apply(
    _ planning: RepairPlanning, _ storage: MemoryStorage, _ donors: [RepairDonor], _ ground: Ground, _ comment: String
  ) throws {
    let damaged = storage.snapshot()
    let log = try RepairRig.log(planning, of: storage)
    let report = try RepairRun.carryOut(log, on: storage, logPath: RepairRig.logPath, expecting: planning.after)
    #expect(report.findings == planning.after.findings, "\(comment)")
    // What the plan does not name is as it was.
    let outside = damaged.snapshot()
    for action in planning.plan.actions {
      outside.replace(at: action.range.lowerBound, with: try GridMap.bytes(storage, action.range))
    }
    #expect(try RepairRig.difference(outside, storage) == nil, "\(comment)")
    let again = try RepairRig.plan(storage, donors)
    #expect(again.plan.actions == [] && again.plan.before == planning.plan.after, "\(comment)")
    if planning.plan.after <= .degraded {
      let outcome = try ReplicaOutcome(on: storage, pairs: ground.pairs)
      // Two writes lost in both rings of one slot are beyond what anybody can tell: then nothing changes for the replica.
      let isAsBefore =
        try outcome != .serves && planning.plan.before <= .degraded
        && outcome == ReplicaOutcome(on: damaged, pairs: ground.pairs)
      #expect(outcome == .serves || isAsBefore, "\(comment): \(planning.plan.actions), \(planning.after.findings)")
    }
    #expect(try RepairRun.progress(log, on: storage) == .done, "\(comment)")
    let back = try RepairRig.reverse(log)
    let undone = try RepairRun.carryOut(back, on: storage, logPath: RepairRig.logPath)
    #expect(undone.verdict.exitCode == planning.plan.before, "\(comment)")
    #expect(try RepairRig.difference(storage, damaged) == nil, "\(comment)")
    #expect(try RepairRun.progress(log, on: storage) == .notBegun, "\(comment)")
  }

  private func outcome(_ planning: RepairPlanning) -> String {
    let plan = planning.plan
    if plan.before == .sound { return "nothing to repair" }
    let copy = plan.needsCopy ? ", in a copy" : ""
    if planning.declined.allSatisfy({ $0.finding.kind == .rangeUnreadable }) { return "fully repaired\(copy)" }
    let worst = planning.declined.first { $0.finding.kind != .rangeUnreadable }
    return (plan.actions.isEmpty ? "refused: " : "partly\(copy): ") + (worst?.finding.kind.name ?? "")
  }
}

extension RepairMethod {
  /// Whether its bytes are those that were there before the damage.
  var bringsBack: Bool {
    switch self {
    case .superblockFromQuorum, .blockHeaderRebuilt, .blockFromSource, .replyHeaderRebuilt, .replyFromSource,
      .prepareHeaderFromRing, .prepareFromSource, .headerFromPrepare, .gapZeroed, .gapEvidenceZeroed, .replyBlanked:
      true
    case .unreadableZeroed, .fileExtended, .prepareBlanked, .headerMarkedUnknown, .fileCut: false
    }
  }
}
