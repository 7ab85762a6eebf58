internal import Glibc
internal import MKraftFormat
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// What the device gives: threads that write 4 KiB durably in one place, and when that is done 4 KiB in another, again and again.
struct DeviceLoad {
  private static let unit = 4096

  private let path: FilePath
  private let geometry: Geometry

  init(_ directory: FilePath, _ geometry: Geometry) {
    path = directory.appending("benchmark-append.device")
    self.geometry = geometry
  }

  func run(threads: Int, seconds: Double) throws -> Rate {
    // Reserved and written as format does it.
    let plan = FormatPlan(cluster: 1, geometry: geometry, fileID: 1, prewrite: true)
    _ = try DataFileFormatter.create(path, plan)
    defer { try? path.remove() }
    let storage = try FileStorage.open(path, for: .replica)
    let latencies = Mutex<[Double]>([])
    let end = ContinuousClock.now + .seconds(seconds)
    let geometry = geometry
    let workers = (0..<threads).compactMap { thread in
      WorkerThread {
        let found = DeviceLoad.write(storage, geometry, thread: thread, of: threads, until: end)
        latencies.withLock { $0 += found }
      }
    }
    for worker in workers { worker.join() }
    return latencies.withLock { Rate($0, seconds: seconds) }
  }

  private static func write(
    _ storage: FileStorage, _ geometry: Geometry, thread: Int, of threads: Int, until end: ContinuousClock.Instant
  ) -> [Double] {
    let buffer = IOBuffer(byteCount: unit)
    let units = Int(geometry.slotCount) / geometry.headersPerUnit
    var latencies: [Double] = []
    var round = thread
    while ContinuousClock.now < end {
      let begin = ContinuousClock.now
      do {
        try storage.write(unit, at: geometry.prepareOffset(slot: round % Int(geometry.slotCount)), from: buffer)
        try storage.write(
          unit, at: geometry.headerOffset(slot: round % units * geometry.headersPerUnit), from: buffer)
      } catch { return [] }
      latencies.append((ContinuousClock.now - begin).microseconds)
      round += threads
    }
    return latencies
  }
}

extension FilePath {
  func remove() throws {
    guard unsafe withPlatformString({ unsafe unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
  }
}
