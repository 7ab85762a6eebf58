internal import Glibc
internal import MKraftBenchmark
internal import MKraftFormat
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// Measures in the directory that the arguments name, and returns the exit code.
func append(_ arguments: [String]) async -> Int32 {
  guard let directory = arguments.first, let seconds = Double(arguments.dropFirst().first ?? "2"), seconds > 0 else {
    print("usage: benchmark-append DIRECTORY [SECONDS [auto|threads|io_uring [CLIENTS]]]")
    return 64
  }
  do {
    let choice = arguments.count > 2 ? Transfers.Choice(rawValue: arguments[2]) ?? .auto : .auto
    let only = arguments.count > 3 ? Int(arguments[3]) : nil
    for (clients, slots) in [(1, 16384), (8, 16384), (32, 16384), (8, 2048)] as [(Int, UInt32)] {
      guard only == nil || only == clients else { continue }
      let geometry = Geometry(slotCount: slots, messageSize: 4096, pipeline: 8)
      let budget = BenchmarkBudget(timeLimit: .seconds(3600))
      let (device, load) = try await measure(FilePath(directory), geometry, choice, clients: clients, seconds, budget)
      print(line(clients, geometry, device, load))
    }
    return 0
  } catch {
    print("benchmark-append: \(directory): \(error)")
    return 74
  }
}

/// The replica, and the device before and after it, each on a file of its own: what a shared device gives drifts within seconds, and
/// must not count for one of them only.
private func measure(
  _ directory: FilePath, _ geometry: Geometry, _ choice: Transfers.Choice, clients: Int, _ seconds: Double,
  _ budget: BenchmarkBudget
) async throws -> (device: Rate, load: ServedLoad.Result) {
  let deviceFile = try ThrowawayFile(directory.appending("benchmark-append.device"), geometry)
  let device = DeviceLoad(try deviceFile.open(), geometry)
  func pairs() throws -> Rate {
    try device.run(
      .orderedPair(byteCount: Int(geometry.messageSize)), depth: min(clients, Int(geometry.pipeline)),
      for: .seconds(seconds / 2), budget)
  }
  let file = try ThrowawayFile(directory.appending("benchmark-append.mkraft"), geometry)
  let shape = RequestShape.filling(messageSize: geometry.messageSize)
  // As many keys as a client has by itself, whatever the load.
  let load = ServedLoad(
    file, shape, choice, stateByteCount: UInt64(clients * 64 * Int(geometry.messageSize)),
    pingTime: .milliseconds(200), budget)
  let before = try pairs()
  let result = try await load.run(clients: clients, for: .seconds(seconds))
  return (.merged([before, try pairs()]), result)
}

private func line(_ clients: Int, _ geometry: Geometry, _ device: Rate, _ load: ServedLoad.Result) -> String {
  """
  {"clients":\(clients),"slots":\(geometry.slotCount),"device_pairs_per_second":\(Int(device.perSecond)),\
  "device_pair_us":\(device.median),"appends_per_second":\(Int(load.seen.perSecond)),"append_us":\(load.seen.median),\
  "append_p99_us":\(load.seen.p99),"append_largest_us":\(load.seen.largest),"inside_us":\(load.inside.median),"ping_us":\(load.ping.median),\
  "user_us_per_op":\(load.userTime),"system_us_per_op":\(load.systemTime),\
  "header_writes_per_op":\(load.headerWritesPerOp),"checkpoints":\(load.checkpoints.count),\
  "checkpoint_us":\(load.checkpoints.largest),"headroom":\(geometry.headroom),\
  "ratio_latency":\(load.inside.median / device.median),"ratio_throughput":\(load.seen.perSecond / device.perSecond)}
  """
}
