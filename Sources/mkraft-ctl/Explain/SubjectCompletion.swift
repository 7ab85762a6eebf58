internal import Glibc
internal import MKraftForensics

/// What a shell offers where `explain` takes its subject: findings by name, and files.
enum SubjectCompletion {
  /// Most names of a directory that are looked at.
  private static let namesMax = 10_000

  /// The words that begin with `prefix`.
  static func words(_ prefix: String) -> [String] {
    let directory = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let files = names(in: directory.isEmpty ? "." : directory).map { directory + $0 }.filter(isPlain)
    return (FindingCatalogue.entries.map(\.name) + files).filter { $0.hasPrefix(prefix) }
  }

  /// The names in a directory but hidden ones, those of directories with a slash at the end.
  private static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    for _ in 0..<namesMax {
      guard let entry = unsafe readdir(directory) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      names.append(unsafe entry.pointee.d_type == UInt8(DT_DIR) ? name + "/" : name)
    }
    return names.sorted()
  }

  /// Whether every shell takes the path for nothing but itself. bash expands the words that it is given to offer: what stands
  /// in a name would be run.
  private static func isPlain(_ path: String) -> Bool {
    path.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || marks.contains($0) }
  }

  private static let marks: Set<Unicode.Scalar> = ["/", ".", "_", "-", "+", ",", "@"]
}
