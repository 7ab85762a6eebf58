internal import MKraftOutput
internal import SystemPackage

/// Measures what the arguments name, prints a line for each row, and returns the exit code.
func micro(_ arguments: [String]) -> Int32 {
  let isQuick = arguments.first == "--quick"
  let words = arguments.dropFirst(isQuick ? 1 : 0)
  guard words.allSatisfy({ !$0.hasPrefix("-") }) else {
    print("usage: benchmark-micro [--quick] [WORD...]")
    return 64
  }
  let effort = isQuick ? MicroBenchmark.Effort.quick : .usual
  let sink = ByteSink(.standardOutput)
  let json = JSONWriter(sink, layout: .compact)
  // Made one after the other, so that what one needs is not in memory, or in the processor's caches, with the next.
  let subjects = [
    MicroBenchmark.checksum, MicroBenchmark.decode, MicroBenchmark.journal, MicroBenchmark.tree,
    MicroBenchmark.rendering,
  ]
  for subject in subjects {
    for benchmark in subject() where words.isEmpty || words.contains(where: { benchmark.name.contains($0) }) {
      benchmark.measure(effort).write(to: json)
      sink.flush()
    }
  }
  return sink.failure == nil ? 0 : 74
}
