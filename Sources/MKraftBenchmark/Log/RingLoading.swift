package import MKraftFormat
package import MKraftStorage

/// How long it takes to load what a start needs of a full log: from the header ring alone, and from the entries.
package struct RingLoading: Sendable {
  package struct Result: Sendable {
    /// The whole header ring, every header verified.
    package let headers: Rate
    /// The same headers from where they stand in the prepare ring: a unit of each slot.
    package let prepareHeaders: Rate
    /// Both rings whole, every body verified.
    package let bodies: Rate
  }

  private static let threadCount = 8

  private let storage: FileStorage
  private let superblock: Superblock

  package init(_ storage: FileStorage, _ superblock: Superblock) {
    (self.storage, self.superblock) = (storage, superblock)
  }

  /// Each way as often as its third of the time allows, once at least.
  package func run(for duration: Duration, _ budget: BenchmarkBudget) throws -> Result {
    let part = duration / 3
    return Result(
      headers: try rate(part, budget) { readHeaders() },
      prepareHeaders: try rate(part, budget) { try readUnits() },
      bodies: try rate(part, budget) { _ = JournalScan.run(storage, superblock) })
  }

  private var geometry: Geometry { superblock.geometry }

  private func rate(_ duration: Duration, _ budget: BenchmarkBudget, _ body: () throws -> Void) throws -> Rate {
    let end = ContinuousClock.now + duration
    var times: [Double] = []
    repeat {
      let begin = ContinuousClock.now
      try body()
      times.append((ContinuousClock.now - begin).microseconds)
      try budget.check()
    } while !budget.isOver(end)
    return Rate(times, seconds: times.reduce(0, +) / 1e6)
  }

  private func readHeaders() {
    let reader = JournalReader(storage, geometry: geometry, cluster: superblock.cluster)
    for slots in batches(reader.batchLimit) { _ = reader.evidence(of: slots, bodies: false) }
  }

  /// As if there were no header ring: the device is asked once for each slot, by several threads, as a start does it.
  private func readUnits() throws {
    let unit = Int(geometry.ioUnit)
    _ = try Workers.run(RingLoading.threadCount) { worker in
      let buffer = IOBuffer(byteCount: unit)
      for slot in stride(from: worker, to: Int(geometry.slotCount), by: RingLoading.threadCount) {
        _ = try storage.read(unit, at: geometry.prepareOffset(slot: slot), into: buffer)
        _ = try? PrepareHeader(decoding: buffer.bytes)
      }
      return []
    }
  }

  private func batches(_ limit: Int) -> [Range<Int>] {
    let count = Int(geometry.slotCount)
    return stride(from: 0, to: count, by: limit).map { $0..<min($0 + limit, count) }
  }
}
