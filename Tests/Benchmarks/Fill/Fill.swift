internal import MKraftBenchmark
internal import SystemPackage

/// Fills the file that the arguments name, and returns the exit code.
func fill(_ arguments: [String]) -> Int32 {
  let stateBytes = arguments.count > 1 ? Int(arguments[1]) : Filler.stateBytes
  guard (1...2).contains(arguments.count), let path = arguments.first, let stateBytes, stateBytes > 0 else {
    print("usage: benchmark-fill FILE [BYTES]")
    return 64
  }
  do {
    let file = try CachedFile(FilePath(path))
    let entries = try Filler(file, stateBytes: stateBytes).run()
    try file.sync()
    print("entries \(entries)")
    return 0
  } catch {
    print("benchmark-fill: \(path): \(error)")
    return 74
  }
}
