internal import MKraftOutput
internal import SystemPackage

/// Renders as many rows as the arguments say, and returns the exit code.
func render(_ arguments: [String]) -> Int32 {
  guard let count = arguments.isEmpty ? 4_000_000 : UInt64(arguments[0]), count > 0, arguments.count <= 1 else {
    print("usage: benchmark-render [ROWS]")
    return 64
  }
  // Few enough that they stay in the processor's cache, as rows do that were just decoded.
  let rows = (0..<4096).map { LogRow($0) }
  guard let null = try? FileDescriptor.open(FilePath("/dev/null"), .writeOnly) else { return 74 }
  let sink = ByteSink(null)
  let json = JSONWriter(sink, layout: .compact)
  let clock = ContinuousClock()
  let time = clock.measure {
    for index in 0..<Int(count) { rows[index % rows.count].write(to: json) }
    sink.flush()
  }
  let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
  print("{\"rows\":\(count),\"seconds\":\(seconds),\"rows_per_second\":\(Int(Double(count) / seconds))}")
  return 0
}
