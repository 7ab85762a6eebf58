internal import Glibc
internal import MKraftFormat
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// Measures in the directory that the arguments name, and returns the exit code.
func append(_ arguments: [String]) async -> Int32 {
  guard let directory = arguments.first, let seconds = Double(arguments.dropFirst().first ?? "2"), seconds > 0 else {
    print("usage: benchmark-append DIRECTORY [SECONDS]")
    return 64
  }
  do {
    for clients in [1, 8, 32] {
      let device = try DeviceLoad(FilePath(directory)).run(
        threads: min(clients, Int(AppendLoad.geometry.pipeline)), seconds: seconds)
      let load = try await AppendLoad(FilePath(directory)).run(clients: clients, seconds: seconds)
      print(line(clients, device, load))
    }
    return 0
  } catch {
    print("benchmark-append: \(directory): \(error)")
    return 74
  }
}

private func line(_ clients: Int, _ device: Rate, _ load: AppendLoad.Result) -> String {
  """
  {"clients":\(clients),"device_pairs_per_second":\(Int(device.perSecond)),"device_pair_us":\(device.median),\
  "appends_per_second":\(Int(load.seen.perSecond)),"append_us":\(load.seen.median),"append_p99_us":\(load.seen.p99),\
  "inside_us":\(load.inside.median),"header_writes_per_op":\(load.headerWritesPerOp),\
  "ratio_throughput":\(load.seen.perSecond / device.perSecond)}
  """
}
