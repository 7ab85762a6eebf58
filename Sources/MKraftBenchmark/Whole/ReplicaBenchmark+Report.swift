package import MKraftFormat

extension ReplicaBenchmark {
  package struct Report: Sendable {
    /// Whether the filesystem takes direct I/O; otherwise reads come from the page cache.
    package let isDirect: Bool
    package let device: [Device]
    package let loads: [Load]
    package let full: Full?
    /// What was left out.
    package let skipped: [String]
  }

  package struct Device: Sendable {
    package let work: DeviceWork
    package let depth: Int
    package let rate: Rate

    /// Of a pair: of the first part, the second is the header's.
    package var bytesPerSecond: Double { rate.perSecond * Double(work.byteCount) }
  }

  /// A load of the replica, and the device's ordered pairs of the same bytes from as many threads, at most as many as the pipeline
  /// is deep. They are measured one after the other.
  package struct Load: Sendable {
    package let cell: Cell
    package let geometry: Geometry
    package let device: Rate
    /// Ordered pairs at once.
    package let deviceDepth: Int
    package let result: ServedLoad.Result

    package var valuesPerSecond: Double { result.seen.perSecond * Double(cell.shape.batch) }
    /// Requests to pairs. Above 1 where requests share a write of headers.
    package var rateRatio: Double { result.seen.perSecond / max(device.perSecond, 1e-9) }
    /// The middling latency to that of a pair. It holds the wait of those clients that are more than the pairs at once.
    package var latencyRatio: Double { result.seen.median / max(device.median, 1e-9) }
  }

  /// A log whose every slot is full.
  package struct Full: Sendable {
    package let geometry: Geometry
    /// What the device reads, in large pieces.
    package let bytesPerSecond: Double?
    package let restart: Rate?
    package let verify: Verify?

    /// Seconds to read the prepare ring at that speed: what a start takes at least that reads every entry.
    package var restartLimit: Double? {
      bytesPerSecond.map { Double(geometry.byteCount(of: .walPrepares)) / max($0, 1) }
    }
  }

  package struct Verify: Sendable {
    package let byteCount: UInt64
    package let seconds: Double
    /// Whether nothing was found, as must be.
    package let isSound: Bool

    package var bytesPerSecond: Double { Double(byteCount) / max(seconds, 1e-9) }
  }
}
