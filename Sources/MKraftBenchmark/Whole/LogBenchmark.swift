package import MKraftFormat
internal import MKraftStorage
package import SystemPackage

/// How large a log must be on this machine, and whether it stalls where the formula says: what `benchmark wal` measures.
package struct LogBenchmark: Sendable {
  package struct Report: Sendable {
    /// Whether the filesystem takes direct I/O; nil if no log was read.
    package let isDirect: Bool?
    /// The load with the usual headroom: its checkpoints are what the others are predicted from.
    package let pilot: StallCheck?
    package let checks: [StallCheck]
    package let loading: [Loading]
    package let restart: Restart?
    package let skipped: [String]

    /// Seconds of the longest checkpoint of the first load; nil if none was seen.
    package var longestCheckpoint: Double? {
      pilot.flatMap { $0.checkpoints.count > 0 ? $0.checkpoints.largest / 1e6 : nil }
    }
  }

  /// How fast a full log's rings load.
  package struct Loading: Sendable {
    package let geometry: Geometry
    package let result: RingLoading.Result
  }

  package struct Restart: Sendable {
    package let geometry: Geometry
    package let rate: Rate
    /// What the device reads in large pieces, bytes a second.
    package let bytesPerSecond: Double
  }

  /// Small messages and large ones.
  private static let loadingSizes: [UInt32] = [4096, 1 << 20]
  private static let streamByteCount = 1 << 20

  private let directory: FilePath
  private let space: BenchmarkSpace
  private let shape: RequestShape
  private let clients: Int

  /// - Parameter clients: what stalls is the rate that so many make of it, each with one request under way.
  package init(in directory: FilePath, _ space: BenchmarkSpace, _ shape: RequestShape, clients: Int) {
    (self.directory, self.space, self.shape, self.clients) = (directory, space, shape, clients)
  }

  /// The log of the first load; nil if there is no space for it.
  package static func geometry(_ space: BenchmarkSpace, _ shape: RequestShape, clients: Int) -> Geometry? {
    shape.messageSize.flatMap {
      space.geometry(messageSize: $0, sessions: clients, slotsMax: Int(Geometry.defaultSlotCount))
    }
  }

  package func run(
    _ budget: BenchmarkBudget, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
  ) async throws -> Report {
    guard let geometry = LogBenchmark.geometry(space, shape, clients: clients) else {
      preconditionFailure("the space was looked at before")
    }
    let sizes = LogBenchmark.loadingSizes
    let count = 1 + StallPlan.shares.count + 2 * sizes.count + 2
    let steps = BenchmarkSteps(budget, count: count, progress: progress)
    let pilot = try await check(geometry, steps)
    var checks: [StallCheck] = []
    let plan = pilot?.opsDuring.map { StallPlan.geometries(opsDuring: $0, like: geometry) } ?? []
    for index in StallPlan.shares.indices {
      guard index < plan.count, fits(plan[index]) else {
        _ = try await steps.next("a headroom") { _ in
          if pilot?.opsDuring == nil { steps.skip("a headroom: no checkpoint was seen before") }
          if index < plan.count { steps.skip("headroom \(plan[index].headroom): no space") }
          // The others are headrooms so short, or so long, that nothing would be learned from them.
        }
        continue
      }
      if let check = try await check(plan[index], steps, pilot?.forecastForOthers) { checks.append(check) }
    }
    var loading: [Loading] = []
    var restart: Restart?
    var isDirect: Bool?
    for size in sizes {
      let file = try await full(size, steps)
      let result = try await steps.next("loading rings of \(size)") { time -> Loading? in
        guard let file else { return nil }
        let storage = try file.open()
        isDirect = storage.readMode == .direct
        return try load(file, storage, for: time.left, budget)
      }
      if let result = result ?? nil { loading.append(result) }
      guard size == sizes.last else { continue }
      restart = try await self.restart(file, steps)
    }
    return Report(
      isDirect: isDirect, pilot: pilot, checks: checks, loading: loading, restart: restart, skipped: steps.skipped)
  }

  private func fits(_ geometry: Geometry) -> Bool {
    geometry.offset(of: .grid) + geometry.byteCount(of: .grid) <= space.byteCount
  }

  private func check(
    _ geometry: Geometry, _ steps: BenchmarkSteps, _ forecast: StallForecast? = nil
  ) async throws -> StallCheck? {
    try await steps.next("headroom \(geometry.headroom)") {
      let file = try ThrowawayFile(directory.appending(BenchmarkFiles.replica), geometry)
      let load = ServedLoad(file, shape, stateByteCount: space.stateByteCount, steps.budget)
      return StallCheck(geometry, try await load.run(clients: clients, for: $0.left), forecast)
    }
  }

  /// A log of messages of `size` bytes, as many as fit, all full.
  private func full(_ size: UInt32, _ steps: BenchmarkSteps) async throws -> ThrowawayFile? {
    let name = "filling a log of \(size)"
    guard let geometry = space.geometry(messageSize: size, sessions: 1, slotsMax: Int(Geometry.defaultSlotCount)) else {
      _ = try await steps.next(name) { _ in steps.skip(name + ": no space") }
      return nil
    }
    return try await steps.next(name) { _ in
      let file = try ThrowawayFile(directory.appending(BenchmarkFiles.full), geometry)
      try file.fill(stateByteCount: space.stateByteCount, steps.budget)
      return file
    }
  }

  private func load(
    _ file: ThrowawayFile, _ storage: FileStorage, for time: Duration, _ budget: BenchmarkBudget
  ) throws -> Loading? {
    guard let superblock = SuperblockDecision(SuperblockSurvey.read(storage)).chosen else {
      throw BenchmarkError.superblockNotWritten
    }
    return Loading(geometry: file.geometry, result: try RingLoading(storage, superblock).run(for: time, budget))
  }

  private func restart(_ file: ThrowawayFile?, _ steps: BenchmarkSteps) async throws -> Restart? {
    let read = try await steps.next("reading") { time -> Rate? in
      guard let file else { return nil }
      let storage = try file.open()
      return try DeviceLoad(storage, file.geometry).run(
        .read(byteCount: LogBenchmark.streamByteCount), depth: 4, for: time.left, steps.budget)
    }
    let rate = try await steps.next("restart") { time -> Rate? in
      guard let file else { return nil }
      return try await RestartLoad.run(file, most: 5, for: time.left, steps.budget)
    }
    guard let file, let read = read ?? nil, let rate = rate ?? nil else { return nil }
    return Restart(
      geometry: file.geometry, rate: rate,
      bytesPerSecond: read.perSecond * Double(LogBenchmark.streamByteCount))
  }
}
