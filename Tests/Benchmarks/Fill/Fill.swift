internal import MKraftBenchmark
internal import SystemPackage

/// Fills the file that the arguments name, and returns the exit code.
func fill(_ arguments: [String]) -> Int32 {
  let stateBytes = arguments.count > 1 ? Int(arguments[1]) : Filler.stateBytes
  let guests = arguments.count > 2 ? Int(arguments[2]) : 0
  guard (1...3).contains(arguments.count), let path = arguments.first, let stateBytes, stateBytes > 0, let guests,
    guests >= 0
  else {
    print("usage: benchmark-fill FILE [BYTES [GUESTS]]")
    return 64
  }
  do {
    let file = try CachedFile(FilePath(path))
    let entries = try Filler(file, stateBytes: stateBytes, guestCount: guests).run()
    try file.sync()
    print("entries \(entries)")
    return 0
  } catch {
    print("benchmark-fill: \(path): \(error)")
    return 74
  }
}
