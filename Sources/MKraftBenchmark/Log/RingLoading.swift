package import MKraftFormat
package import MKraftStorage

/// How long it takes to load what a start needs of a full log: from the header ring alone, and from the entries.
package struct RingLoading: Sendable {
  package struct Result: Sendable {
    /// The whole header ring, every header verified.
    package let headers: Rate
    /// The same headers from where they stand in the prepare ring, in the faster of two ways: a unit of each slot, or, where a piece
    /// holds several slots, the ring piece by piece.
    package let prepareHeaders: Rate
    /// Both rings whole, every body verified.
    package let bodies: Rate
  }

  private static let threadCount = 8
  /// Bytes read with one request, at most.
  private static let pieceByteCount = 1 << 20

  private let storage: FileStorage
  private let superblock: Superblock

  package init(_ storage: FileStorage, _ superblock: Superblock) {
    (self.storage, self.superblock) = (storage, superblock)
  }

  /// Each way as often as its third of the time allows, once at least.
  package func run(for duration: Duration, _ budget: BenchmarkBudget) throws -> Result {
    let part = duration / 3
    return Result(
      headers: try rate(part, budget) { try readPieces(of: .walHeaders, headerEvery: PrepareHeader.byteCount) },
      prepareHeaders: try prepareHeaders(part, budget),
      // Only the time counts, and the file was made here: no copy is ahead.
      bodies: try rate(part, budget) { _ = JournalScan.run(storage, superblock, provenOp: 0) })
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

  private func prepareHeaders(_ duration: Duration, _ budget: BenchmarkBudget) throws -> Rate {
    let stride = Int(geometry.messageSize)
    guard 2 * stride <= RingLoading.pieceByteCount else { return try rate(duration, budget) { try readUnits() } }
    let units = try rate(duration / 2, budget) { try readUnits() }
    let pieces = try rate(duration / 2, budget) { try readPieces(of: .walPrepares, headerEvery: stride) }
    return units.median < pieces.median ? units : pieces
  }

  /// As if there were no header ring: the device is asked once for each slot, by several threads, as a start does it.
  private func readUnits() throws {
    let unit = Int(geometry.ioUnit)
    _ = try Workers.run(RingLoading.threadCount) { worker in
      let buffer = IOBuffer(byteCount: unit)
      for slot in stride(from: worker, to: Int(geometry.slotCount), by: RingLoading.threadCount) {
        _ = try storage.read(unit, at: geometry.prepareOffset(slot: slot), into: buffer)
        _ = try PrepareHeader(decoding: buffer.bytes)
      }
      return []
    }
  }

  /// A ring in large pieces, by as many threads; in each piece a header stands every so many bytes.
  private func readPieces(of ring: Zone, headerEvery step: Int) throws {
    let byteCount = Int(geometry.slotCount) * step
    let pieces = RingLoading.pieces(of: byteCount, limit: RingLoading.pieceByteCount)
    _ = try Workers.run(min(RingLoading.threadCount, pieces.count)) { worker in
      let buffer = IOBuffer(byteCount: RingLoading.pieceByteCount)
      for index in stride(from: worker, to: pieces.count, by: RingLoading.threadCount) {
        let piece = pieces[index]
        _ = try storage.read(piece.count, at: geometry.offset(of: ring) + UInt64(piece.lowerBound), into: buffer)
        for start in stride(from: 0, to: piece.count, by: step) {
          _ = try PrepareHeader(decoding: buffer.bytes.extracting(start..<start + PrepareHeader.byteCount))
        }
      }
      return []
    }
  }

  /// `byteCount` bytes in pieces of `limit`, the last one as long as is left.
  package static func pieces(of byteCount: Int, limit: Int) -> [Range<Int>] {
    stride(from: 0, to: byteCount, by: limit).map { $0..<min($0 + limit, byteCount) }
  }
}
