import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftReplica
import MKraftStorage
import Testing

/// The table of scenarios, on files in memory of replicas that were stopped and killed, with short and long logs.
@Suite struct DrillScenarioTests {
  private let grounds: [LoadedGround]

  init() throws { grounds = try LoadedGround.all() }

  /// Each does to a file what it says and nothing else, gets the verdict and the finding of its row, and can be taken back.
  @Test(arguments: DrillScenario.allCases) func comesOutAsItsRowSays(_ scenario: DrillScenario) throws {
    var count = 0
    for (number, ground) in grounds.enumerated() {
      let report = Verification.run(ground.storage)
      for seed in 1...3 as ClosedRange<UInt64> {
        let injector = try #require(DrillInjector(ground.storage, report, seed: seed))
        guard let injection = try? injector.injection(scenario) else { continue }
        count += 1
        let copy = ground.storage.snapshot()
        try injection.inject(into: copy)
        #expect(try DrillMirror.difference(of: copy, from: ground.storage) != nil)
        #expect(try DrillMirror.difference(of: copy, from: injection.damaged(ground.storage)) == nil)
        let found = Verification.run(copy)
        let isMet = scenario.outcomes.contains { outcome in
          outcome.verdict == found.verdict.exitCode && found.counts.contains { $0.kind == outcome.finding }
        }
        #expect(
          isMet, "file \(number), seed \(seed), \(injection.words): \(found.verdict) \(found.counts.map(\.kind.name))")
        _ = try DrillMirror.restore(copy, to: ground.storage, in: injection.ranges(of: ground.storage))
        #expect(try DrillMirror.difference(of: copy, from: ground.storage) == nil)
      }
    }
    #expect(count > 0, "no file has what it takes")
  }

  /// The reply of a session that was evicted above the checkpoint is not needed: the log gives its slot to another one.
  @Test func aReplyOfAnEvictedSessionIsNotTaken() throws {
    let run = try GridRun()
    try run.run(checkpoints: 1)
    // Above the checkpoint nobody asks for anything. Then the clients were quiet in the order of their slots, 0 for longest.
    let end = 2 * UInt64(GridRun.geometry.checkpointInterval)
    try run.write(by: 0)
    while run.checkpointOp < end { try run.write(by: (end &- run.shell.replica.status.head) % 2 == 1 ? 2 : 1) }
    // The first newcomer gets the slot that is left, each one more that of the client that was quiet for longest.
    for (newcomer, needed) in [(11, 0), (12, 1), (13, 2), (14, nil)] as [(UInt128, Int?)] {
      run.openSession(for: newcomer)
      let storage = run.storage.snapshot()
      let report = Verification.run(storage)
      #expect(report.verdict.exitCode <= .degraded, "client \(newcomer): \(report.findings)")
      let injector = try #require(DrillInjector(storage, report, seed: 1))
      for scenario in [DrillScenario.replyRotten, .replyHeaderRotten] {
        guard let needed else {
          #expect(throws: DrillNotApplicable.self) { try injector.injection(scenario) }
          continue
        }
        let injection = try injector.injection(scenario)
        #expect(injection.words.contains("the reply in slot \(needed), "), "client \(newcomer): \(injection.words)")
        try injection.inject(into: storage)
        let found = Verification.run(storage)
        let lost = found.findings.filter { $0.kind == .replyLost }
        #expect(lost.map(\.slot) == [needed], "client \(newcomer), \(scenario.rawValue): \(found.findings)")
        #expect(scenario.outcomes.contains { $0.verdict == found.verdict.exitCode }, "\(found.verdict)")
        _ = try DrillMirror.restore(storage, to: run.storage)
      }
    }
  }

  /// The same seed does the same, whichever scenarios were worked out before.
  @Test func placesFollowFromTheSeed() throws {
    let ground = grounds[0]
    let report = Verification.run(ground.storage)
    var words: [UInt64: [String]] = [:]
    for seed in [1, 2, 1] as [UInt64] {
      let injector = try #require(DrillInjector(ground.storage, report, seed: seed))
      let now = DrillScenario.allCases.reversed().map { (try? injector.injection($0).words) ?? "" }
      #expect(words[seed] == nil || words[seed] == now)
      words[seed] = now
    }
    #expect(words[1] != words[2])
  }

  /// No drill begins with a file that a replica refuses.
  @Test func refusedFilesAreNoGround() throws {
    let storage = grounds[0].storage.snapshot()
    for copy in 0..<Superblock.copyCount {
      let start = grounds[0].geometry.offset(of: .superblock(copy))
      storage.zero(start..<start + UInt64(Superblock.byteCount))
    }
    #expect(DrillInjector(storage, Verification.run(storage), seed: 1) == nil)
  }

  /// A difference is found wherever it is, also in the length.
  @Test func mirrorsFindEveryDifference() throws {
    let ground = grounds[0]
    let end = ground.storage.byteCount
    for offset in [0, 1, 4095, 1 << 20, (1 << 20) + 1, end - 1] as [UInt64] {
      let copy = ground.storage.snapshot()
      copy.flipBit(at: 8 * offset)
      #expect(try DrillMirror.difference(of: copy, from: ground.storage) == offset)
      #expect(try DrillMirror.restore(copy, to: ground.storage) > 0)
      #expect(try DrillMirror.difference(of: copy, from: ground.storage) == nil)
    }
    for size in [end - 4096, end + 4096, end / 2] {
      let copy = ground.storage.snapshot()
      copy.truncate(to: size)
      #expect(try DrillMirror.difference(of: copy, from: ground.storage) == min(size, end))
      _ = try DrillMirror.restore(copy, to: ground.storage)
      #expect(try DrillMirror.difference(of: copy, from: ground.storage) == nil)
    }
  }

  /// The requests taken from the log are those that were sent, and sent again they are recognised: their checksums are those that
  /// the entries name.
  @Test func lastRequestsAreThoseOfTheClients() throws {
    for ground in grounds {
      let found = DrillLastRequests(ground.storage, Verification.run(ground.storage))
      let sent = Dictionary(uniqueKeysWithValues: ground.answers.map { ($0.header.client, $0) })
      #expect(!found.requests.isEmpty)
      for request in found.requests {
        let answer = try #require(sent[request.client])
        #expect(request.op == answer.op && request.body == answer.body && request.number == answer.header.request)
        #expect(request.session == answer.header.session && request.release == answer.header.release)
      }
      #expect(found.requests.count + found.missing == ground.answers.count)
    }
  }
}
