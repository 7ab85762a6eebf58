package import MKraftFormat
package import MKraftStorage

/// What the device gives: threads that write or read where a replica would, again and again.
package struct DeviceLoad: Sendable {
  private let storage: FileStorage
  private let geometry: Geometry

  package init(_ storage: FileStorage, _ geometry: Geometry) {
    self.storage = storage
    self.geometry = geometry
  }

  /// - Parameter depth: threads, each with one operation under way.
  package func run(
    _ work: DeviceWork, depth: Int, for duration: Duration, _ budget: BenchmarkBudget
  ) throws -> Rate {
    precondition(work.byteCount % Int(geometry.ioUnit) == 0, "whole units are transferred")
    precondition(
      UInt64(work.byteCount) <= geometry.byteCount(of: .walPrepares), "what is transferred fits into the ring")
    let begin = ContinuousClock.now
    let end = begin + duration
    let latencies = try Workers.run(depth) { worker in
      try turns(of: work, worker: worker, of: depth, until: end, budget)
    }
    try budget.check()
    return Rate(latencies, seconds: (ContinuousClock.now - begin).seconds)
  }

  private func turns(
    of work: DeviceWork, worker: Int, of depth: Int, until end: ContinuousClock.Instant, _ budget: BenchmarkBudget
  ) throws -> [Double] {
    let buffer = IOBuffer(byteCount: work.byteCount)
    buffer.fill(seed: UInt64(worker))
    let places = geometry.byteCount(of: .walPrepares) / UInt64(work.byteCount)
    var random = SplitMix64(seed: UInt64(worker))
    var latencies: [Double] = []
    var round = worker
    // Once at least, or nothing would be said of a slow device.
    repeat {
      let place = if case .read = work { random.next() % places } else { UInt64(round) % places }
      let begin = ContinuousClock.now
      try turn(of: work, buffer, at: geometry.offset(of: .walPrepares) + place * UInt64(work.byteCount), round)
      latencies.append((ContinuousClock.now - begin).microseconds)
      round += depth
    } while !budget.isOver(end)
    return latencies
  }

  private func turn(of work: DeviceWork, _ buffer: IOBuffer, at offset: UInt64, _ round: Int) throws(StorageError) {
    switch work {
    case .read(let count): _ = try storage.read(count, at: offset, into: buffer)
    case .write(let count): try storage.write(count, at: offset, from: buffer)
    case .orderedPair(let count):
      try storage.write(count, at: offset, from: buffer)
      let units = Int(geometry.slotCount) / geometry.headersPerUnit
      let header = geometry.headerOffset(slot: round % units * geometry.headersPerUnit)
      try storage.write(Int(geometry.ioUnit), at: header, from: buffer)
    }
  }
}
