internal import Glibc
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
      let device = try DeviceLoad(FilePath(directory), geometry).run(
        threads: min(clients, Int(geometry.pipeline)), seconds: seconds)
      let load = try await AppendLoad(FilePath(directory), geometry, choice).run(clients: clients, seconds: seconds)
      print(line(clients, geometry, device, load))
    }
    return 0
  } catch {
    print("benchmark-append: \(directory): \(error)")
    return 74
  }
}

private func line(_ clients: Int, _ geometry: Geometry, _ device: Rate, _ load: AppendLoad.Result) -> String {
  """
  {"clients":\(clients),"slots":\(geometry.slotCount),"device_pairs_per_second":\(Int(device.perSecond)),\
  "device_pair_us":\(device.median),"appends_per_second":\(Int(load.seen.perSecond)),"append_us":\(load.seen.median),\
  "append_p99_us":\(load.seen.p99),"append_largest_us":\(load.seen.largest),"inside_us":\(load.inside.median),"ping_us":\(load.ping.median),\
  "user_us_per_op":\(load.userTime),"system_us_per_op":\(load.systemTime),\
  "header_writes_per_op":\(load.headerWritesPerOp),"checkpoints":\(load.checkpoints),\
  "checkpoint_us":\(load.checkpointTime),"headroom":\(geometry.headroom),\
  "ratio_latency":\(load.inside.median / device.median),"ratio_throughput":\(load.seen.perSecond / device.perSecond)}
  """
}
