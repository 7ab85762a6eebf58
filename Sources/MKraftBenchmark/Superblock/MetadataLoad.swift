package import MKraftFormat
package import MKraftStorage
internal import Synchronization

/// The writes of a log without a replica: writers that each make a prepare durable, then a unit of headers, again and again; and
/// the writer whose op it is keeps the metadata before its next.
package struct MetadataLoad: Sendable {
  package struct Result: Sendable {
    /// Entries, with the update that came with them.
    package let appends: Rate
    /// Updates, each without the wait for others.
    package let updates: Rate
    /// Bytes handed to the file system for metadata, and flushes asked of it, per op.
    package let bytesPerOp: Double
    package let flushesPerOp: Double

    /// The same work at different times, as one.
    package static func merged(_ results: [Result]) -> Result {
      func perOp(_ value: (Result) -> Double) -> Double {
        let total = results.reduce(0) { $0 + value($1) * Double($1.appends.count) }
        return total / Double(max(1, results.reduce(0) { $0 + $1.appends.count }))
      }
      return Result(
        appends: .merged(results.map(\.appends)), updates: .merged(results.map(\.updates)),
        bytesPerOp: perOp(\.bytesPerOp), flushesPerOp: perOp(\.flushesPerOp))
    }
  }

  private let storage: FileStorage
  private let geometry: Geometry

  package init(_ storage: FileStorage, _ geometry: Geometry) { (self.storage, self.geometry) = (storage, geometry) }

  /// Updates alone, one after the other: C of the formula.
  package func updates(_ policy: MetadataPolicy, for duration: Duration, _ budget: BenchmarkBudget) throws -> Rate {
    let writer = try MetadataWriter(storage, geometry)
    let (begin, end) = (ContinuousClock.now, ContinuousClock.now + duration)
    var op: UInt64 = 0
    repeat {
      op += 1
      try writer.update(policy, op: op)
    } while !budget.isOver(end)
    try budget.check()
    return Rate(writer.latencies, seconds: (ContinuousClock.now - begin).seconds)
  }

  /// - Parameter byteCount: bytes of a prepare, whole units.
  package func run(
    _ policy: MetadataPolicy, writers: Int, byteCount: Int, for duration: Duration, _ budget: BenchmarkBudget
  ) throws -> Result {
    precondition(byteCount <= Int(geometry.messageSize), "a prepare fits into its slot")
    let writer = try MetadataWriter(storage, geometry)
    let begin = ContinuousClock.now
    let end = begin + duration
    let ops = Ops()
    let latencies = try Workers.run(writers) { worker in
      let buffer = IOBuffer(byteCount: byteCount)
      buffer.fill(seed: UInt64(worker))
      var latencies: [Double] = []
      repeat {
        let begin = ContinuousClock.now
        let op = ops.next()
        try append(op, buffer)
        if let every = policy.every, op % UInt64(every) == 0 { try writer.update(policy, op: op) }
        latencies.append((ContinuousClock.now - begin).microseconds)
      } while !budget.isOver(end)
      return latencies
    }
    try budget.check()
    let seconds = (ContinuousClock.now - begin).seconds
    let updates = writer.latencies
    let perOp = Double(updates.count) / Double(max(1, latencies.count))
    return Result(
      appends: Rate(latencies, seconds: seconds), updates: Rate(updates, seconds: seconds),
      bytesPerOp: perOp * Double(policy.byteCount(geometry)), flushesPerOp: perOp * Double(policy.flushes))
  }

  /// A prepare, and when that is durable its header's unit; writers that are at work together have units of their own.
  private func append(_ op: UInt64, _ buffer: IOBuffer) throws(StorageError) {
    try storage.write(buffer.byteCount, at: geometry.prepareOffset(slot: geometry.slot(of: op)), from: buffer)
    let units = UInt64(geometry.slotCount) / UInt64(geometry.headersPerUnit)
    let header = geometry.headerOffset(slot: Int(op % units) * geometry.headersPerUnit)
    try storage.write(Int(geometry.ioUnit), at: header, from: buffer)
  }

  /// Numbers that writers take.
  private final class Ops: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
  }
}

extension MetadataPolicy {
  /// Bytes of an update.
  package func byteCount(_ geometry: Geometry) -> Int {
    switch self {
    case .never: 0
    case .superblock: Superblock.copyCount * geometry.superblockBytesOnDisk
    case .file: MetadataFile.byteCount
    }
  }

  /// Flushes of an update: one for each copy, since each is durable before the next.
  package var flushes: Int {
    switch self {
    case .never: 0
    case .superblock: Superblock.copyCount
    case .file: MetadataFile.flushes
    }
  }
}
