internal import MKraftFormat
internal import MKraftReplica
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization

/// How soon a replica is up again: from opening its file to the moment it takes requests.
package enum RestartLoad {
  /// Starts a replica again and again, `most` times at most, and stops it cleanly each time.
  package static func run(
    _ file: ThrowawayFile, most: Int, for duration: Duration, _ budget: BenchmarkBudget
  ) async throws -> Rate {
    let end = ContinuousClock.now + duration
    var times: [Double] = []
    repeat {
      times.append(try await once(file))
      try budget.check()
    } while times.count < most && !budget.isOver(end)
    return Rate(times, seconds: times.reduce(0, +) / 1e6)
  }

  private static func once(_ file: ThrowawayFile) async throws -> Double {
    let begin = ContinuousClock.now
    let storage = try file.open()
    return try await ServerRun.during(storage, file.geometry, .auto) {
      // As `start` reads it: bodies are verified when they are executed.
      Replica(opening: try Opening.read(storage, bodies: .onTrust), now: WallClock.now())
    } body: { _ in
      (ContinuousClock.now - begin).microseconds
    }
  }
}
