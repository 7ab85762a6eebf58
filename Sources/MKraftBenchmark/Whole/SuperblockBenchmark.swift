package import MKraftFormat
internal import MKraftStorage
package import SystemPackage

/// What it costs to keep metadata durable, policy by policy: what `benchmark superblock` measures.
package struct SuperblockBenchmark: Sendable {
  package struct Report: Sendable {
    package let isDirect: Bool
    package let geometry: Geometry
    package let byteCount: Int
    /// A write and a read of one copy.
    package let write: Rate?
    package let read: Rate?
    /// Updates alone: C of the formula, as measured.
    package let superblock: Rate?
    package let file: Rate?
    package let rows: [Row]
    package let skipped: [String]

    /// C = 4 t_w + 4 t_r, microseconds.
    package var updateByFormula: Double? {
      guard let write, let read else { return nil }
      return SuperblockCost.update(copies: Superblock.copyCount, write: write.mean, read: read.mean)
    }

    /// Ops a second that the formula makes of the same writers' rate without any metadata; nil where that is not known.
    package func predicted(_ row: Row) -> Double? {
      guard let every = row.policy.every else { return nil }
      let update = if case .file = row.policy { file } else { superblock }
      guard let update, let without = rate(without: row) else { return nil }
      return SuperblockCost.rate(
        without: without, writers: row.writers, update: update.mean / 1e6, every: every)
    }

    /// The same writers without any metadata, ops a second.
    package func rate(without row: Row) -> Double? {
      rows.first { $0.policy == .never && $0.writers == row.writers }?.result.appends.perSecond
    }
  }

  package struct Row: Sendable {
    package let policy: MetadataPolicy
    package let writers: Int
    package let result: MetadataLoad.Result
  }

  /// How often each policy takes its turn.
  private static let rounds = 3

  private let directory: FilePath
  private let space: BenchmarkSpace
  private let messageSize: UInt32
  private let writers: [Int]

  package init(in directory: FilePath, _ space: BenchmarkSpace, messageSize: UInt32, writers: [Int]) {
    (self.directory, self.space, self.messageSize, self.writers) = (directory, space, messageSize, writers)
  }

  /// The log that is written: of as many slots as a file has that says nothing else, if there is space for them; nil for none.
  package static func geometry(_ space: BenchmarkSpace, messageSize: UInt32) -> Geometry? {
    space.geometry(messageSize: messageSize, sessions: 1, slotsMax: Int(Geometry.defaultSlotCount))
  }

  package func run(
    _ budget: BenchmarkBudget, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
  ) async throws -> Report {
    guard let geometry = SuperblockBenchmark.geometry(space, messageSize: messageSize) else {
      preconditionFailure("the space was looked at before")
    }
    let policies = MetadataPolicy.compared(interval: Int(geometry.checkpointInterval))
    let steps = BenchmarkSteps(
      budget, count: 4 + SuperblockBenchmark.rounds * writers.count * policies.count, progress: progress)
    let file = try ThrowawayFile(directory.appending(BenchmarkFiles.log), geometry)
    let storage = try file.open()
    let device = DeviceLoad(storage, geometry)
    let load = MetadataLoad(storage, geometry)
    let copy = geometry.superblockBytesOnDisk
    let write = try await steps.next("writes of a copy") {
      try device.run(.write(byteCount: copy), depth: 1, for: $0.left, budget)
    }
    let read = try await steps.next("reads of a copy") {
      try device.run(.read(byteCount: copy), depth: 1, for: $0.left, budget)
    }
    let superblock = try await steps.next("superblock updates") {
      try load.updates(.superblock(every: 1), for: $0.left, budget)
    }
    let metadata = try await steps.next("file updates") { try load.updates(.file(every: 1), for: $0.left, budget) }
    let rows = try await measure(load, policies, steps)
    return Report(
      isDirect: storage.readMode == .direct, geometry: geometry, byteCount: Int(messageSize), write: write, read: read,
      superblock: superblock, file: metadata, rows: rows, skipped: steps.skipped)
  }

  /// Round by round, so that a device that gets faster or slower meanwhile does so for all policies alike.
  private func measure(
    _ load: MetadataLoad, _ policies: [MetadataPolicy], _ steps: BenchmarkSteps
  ) async throws -> [Row] {
    let kinds = writers.flatMap { writers in policies.map { (policy: $0, writers: writers) } }
    var results = kinds.map { _ in [MetadataLoad.Result]() }
    for _ in 0..<SuperblockBenchmark.rounds {
      for (index, kind) in kinds.enumerated() {
        let name = "\(kind.policy.name)\(kind.policy.every.map { " every \($0) ops" } ?? ""), \(kind.writers) writers"
        let result = try await steps.next(name) {
          try load.run(
            kind.policy, writers: kind.writers, byteCount: Int(messageSize), for: $0.left, steps.budget)
        }
        if let result { results[index].append(result) }
      }
    }
    return zip(kinds, results).filter { !$1.isEmpty }.map {
      Row(policy: $0.policy, writers: $0.writers, result: .merged($1))
    }
  }
}
