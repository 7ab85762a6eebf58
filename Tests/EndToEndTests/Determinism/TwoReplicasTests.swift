import SystemPackage
import Testing

@Suite("Two replicas with one log, in processes of their own")
struct TwoReplicasTests {
  private static let checkpoints = 12

  /// What a replica prints: of each checkpoint its op and id, and the checksum of each block allocated in it.
  private func run(log: Int, cache: Int, order: Int) throws -> [String] {
    let run = try ChildProcess(
      [Run.built("two-replicas").string] + [log, cache, order, TwoReplicasTests.checkpoints].map(String.init)
    ).finish(timeout: .seconds(300))
    try #require(run.exit == 0, "\(run)")
    return run.outputText.split(separator: "\n").map(String.init)
  }

  /// Rule R19: the size of the cache and the order of completions change no id and no byte.
  @Test(arguments: [1, 2])
  func sameCheckpointsAndSameBytes(log: Int) throws {
    var runs = [
      try run(log: log, cache: 1, order: 10 + log), try run(log: log, cache: 100, order: 20 + log),
      try run(log: log, cache: 5000, order: 30 + log),
    ]
    // The last line tells how many transfers there were: the caches made a difference.
    #expect(Set(runs.map { $0.last }).count == 3, "\(runs.map { $0.last ?? "" })")
    for index in runs.indices { runs[index].removeLast() }
    let ids = runs[0].filter { $0.hasPrefix("checkpoint") }
    #expect(ids.count == TwoReplicasTests.checkpoints && Set(ids).count == ids.count)
    #expect(runs[0].count { $0.contains("tree") } > 1000 && runs[0].count { $0.contains("released") } > 300)
    for run in runs[1...] {
      #expect(run.filter { $0.hasPrefix("checkpoint") } == ids)
      let different = zip(run, runs[0]).first { $0 != $1 }
      #expect(run.count == runs[0].count && different == nil, "\(String(describing: different))")
    }
  }

  /// The comparison is worth something only if another log makes other checkpoints.
  @Test func anotherLogMakesOtherCheckpoints() throws {
    let ids = try [1, 2].map { log in try run(log: log, cache: 100, order: 1).filter { $0.hasPrefix("checkpoint") } }
    #expect(Set(ids[0]).isDisjoint(with: ids[1]))
  }
}
