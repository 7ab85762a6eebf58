internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage
internal import SystemPackage

/// Fills the file that the arguments name, and returns the exit code.
func fill(_ arguments: [String]) -> Int32 {
  guard arguments.count == 1, let path = arguments.first else {
    print("usage: benchmark-fill FILE")
    return 64
  }
  do {
    let file = try CachedFile(FilePath(path))
    let entries = try Filler(file).run()
    try file.sync()
    print("entries \(entries)")
    return 0
  } catch {
    print("benchmark-fill: \(path): \(error)")
    return 74
  }
}
