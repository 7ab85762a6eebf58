internal import MKraftForensics
internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage
package import SystemPackage

/// The device, and the replica on it: what `benchmark` measures.
package struct ReplicaBenchmark: Sendable {
  /// One load of clients: how many, and what each of their requests carries.
  package struct Cell: Sendable, Equatable {
    package let clients: Int
    package let shape: RequestShape

    package init(clients: Int, shape: RequestShape) { (self.clients, self.shape) = (clients, shape) }

    var name: String { "\(clients) clients, batch \(shape.batch), value \(shape.valueSize)" }
  }

  /// Sizes and depths of what is asked of the device alone.
  private static let deviceSizes = [4096, 65536, 1 << 20]
  private static let deviceDepths = [1, 8]
  /// Reads at once when it is found out how fast a whole file can be read; each is large.
  private static let streamDepth = 4
  private static let streamByteCount = 1 << 20
  private static let restartsMax = 5
  /// Steps on a full log: filling it takes the time of some.
  private static let fullSteps = 4

  private let directory: FilePath
  private let space: BenchmarkSpace
  private let cells: [Cell]

  /// - Parameter directory: of its own.
  package init(in directory: FilePath, _ space: BenchmarkSpace, cells: [Cell]) {
    (self.directory, self.space, self.cells) = (directory, space, cells)
  }

  /// The loads for some numbers of clients, sizes of batches and of values: clients with the first of both, then the others each by
  /// itself, with 8 clients or as many as there are at most.
  package static func cells(clients: [Int], batches: [Int], valueSizes: [Int]) -> [Cell] {
    guard let batch = batches.first, let valueSize = valueSizes.first, let most = clients.max() else { return [] }
    let usual = clients.contains(8) ? 8 : most
    return clients.map { Cell(clients: $0, shape: RequestShape(batch: batch, valueSize: valueSize)) }
      + batches.dropFirst().map { Cell(clients: usual, shape: RequestShape(batch: $0, valueSize: valueSize)) }
      + valueSizes.dropFirst().map { Cell(clients: usual, shape: RequestShape(batch: batch, valueSize: $0)) }
  }

  package func run(
    _ budget: BenchmarkBudget, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
  ) async throws -> Report {
    let device = ReplicaBenchmark.deviceWork
    let steps = BenchmarkSteps(
      budget, count: device.count + 2 * cells.count + ReplicaBenchmark.fullSteps, progress: progress)
    let (rows, isDirect) = try await measureDevice(device, steps)
    var loads: [Load] = []
    for cell in cells { if let load = try await measure(cell, steps) { loads.append(load) } }
    let full = try await measureFull(steps)
    return Report(isDirect: isDirect, device: rows, loads: loads, full: full, skipped: steps.skipped)
  }

  // MARK: The device

  private static var deviceWork: [(work: DeviceWork, depth: Int)] {
    let pairs = deviceDepths.map { (work: DeviceWork.orderedPair(byteCount: 4096), depth: $0) }
    return deviceSizes.flatMap { size in deviceDepths.map { (work: DeviceWork.write(byteCount: size), depth: $0) } }
      + pairs
      + deviceSizes.flatMap { size in deviceDepths.map { (work: DeviceWork.read(byteCount: size), depth: $0) } }
  }

  private func measureDevice(
    _ device: [(work: DeviceWork, depth: Int)], _ steps: BenchmarkSteps
  ) async throws -> (rows: [Device], isDirect: Bool) {
    guard let geometry = space.geometry(messageSize: 4096, sessions: 1) else {
      preconditionFailure("space for the smallest benchmark")
    }
    let file = try ThrowawayFile(directory.appending(BenchmarkFiles.device), geometry)
    let storage = try file.open()
    var rows: [Device] = []
    for (work, depth) in device {
      let name = "\(work.name) of \(work.byteCount) bytes, depth \(depth)"
      let rate = try await steps.next(name) {
        try DeviceLoad(storage, geometry).run(work, depth: depth, for: $0.left, steps.budget)
      }
      if let rate { rows.append(Device(work: work, depth: depth, rate: rate)) }
    }
    return (rows, storage.readMode == .direct)
  }

  // MARK: The replica

  /// The device as the replica uses it, then the replica, each on a file of its own.
  private func measure(_ cell: Cell, _ steps: BenchmarkSteps) async throws -> Load? {
    guard let messageSize = cell.shape.messageSize,
      let geometry = space.geometry(
        messageSize: messageSize, sessions: cell.clients, slotsMax: BenchmarkSpace.slots(of: messageSize))
    else {
      for name in ["device for ", ""] { _ = try await steps.next(name) { _ in steps.skip(name + cell.name) } }
      return nil
    }
    let pair = DeviceWork.orderedPair(byteCount: geometry.bytesOnDisk(size: cell.shape.entryByteCount))
    let depth = min(cell.clients, Int(geometry.pipeline))
    let device = try await steps.next("device for \(cell.name)") {
      let file = try ThrowawayFile(directory.appending(BenchmarkFiles.device), geometry)
      return try DeviceLoad(file.open(), geometry).run(
        pair, depth: depth, for: $0.left, steps.budget)
    }
    let result = try await steps.next(cell.name) {
      let file = try ThrowawayFile(directory.appending(BenchmarkFiles.replica), geometry)
      return try await ServedLoad(file, cell.shape, stateByteCount: space.stateByteCount, steps.budget)
        .run(clients: cell.clients, for: $0.left)
    }
    guard let device, let result else { return nil }
    return Load(cell: cell, geometry: geometry, device: device, deviceDepth: depth, result: result)
  }

  // MARK: A full log

  private func measureFull(_ steps: BenchmarkSteps) async throws -> Full? {
    guard let geometry = space.fullLog else { preconditionFailure("space for the smallest benchmark") }
    let file = try await steps.next("filling a log", weight: 4) { _ in
      let file = try ThrowawayFile(directory.appending(BenchmarkFiles.full), geometry)
      try file.fill(stateByteCount: space.stateByteCount, steps.budget)
      return file
    }
    guard let file else {
      for name in ["reading", "restart", "verify"] { _ = try await steps.next(name) { _ in steps.skip(name) } }
      return nil
    }
    let read = try await steps.next("reading") {
      let storage = try file.open()
      return try DeviceLoad(storage, geometry).run(
        .read(byteCount: ReplicaBenchmark.streamByteCount), depth: ReplicaBenchmark.streamDepth, for: $0.left,
        steps.budget)
    }
    let restart = try await steps.next("restart") {
      try await RestartLoad.run(file, most: ReplicaBenchmark.restartsMax, for: $0.left, steps.budget)
    }
    let verify = try await steps.next("verify") { _ in try self.verify(file, steps.budget) }
    return Full(
      geometry: geometry, bytesPerSecond: read.map { $0.perSecond * Double(ReplicaBenchmark.streamByteCount) },
      restart: restart, verify: verify)
  }

  private func verify(_ file: ThrowawayFile, _ budget: BenchmarkBudget) throws -> Verify {
    let storage = try file.open()
    let begin = ContinuousClock.now
    let report = Verification.run(storage)
    try budget.check()
    return Verify(
      byteCount: report.bytes.checked, seconds: (ContinuousClock.now - begin).seconds,
      isSound: report.findingCount == 0)
  }
}

extension ThrowawayFile {
  /// Fills every slot, and the grid with some values; durable in the end.
  func fill(stateByteCount: UInt64, _ budget: BenchmarkBudget) throws {
    let cached = try CachedFile(path)
    _ = try Filler(cached, stateBytes: Int(stateByteCount)).run {
      budget.interruption != nil || budget.remaining == .zero
    }
    try cached.sync()
  }
}

extension BenchmarkSpace {
  /// The log that is filled: of the largest messages with which it has many slots.
  var fullLog: Geometry? {
    let range = Geometry.messageSizeRange
    let sizes = sequence(first: range.upperBound) { $0 / 2 }.prefix { $0 >= range.lowerBound }
    let candidates = sizes.lazy.compactMap {
      geometry(messageSize: $0, sessions: 1, slotsMax: Int(Geometry.defaultSlotCount))
    }
    return candidates.first { $0.slotCount >= Geometry.defaultSlotCount / 2 }
  }
}
