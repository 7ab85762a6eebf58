import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// A small data file of a cluster of one in a directory of its own.
struct SmallFile {
  /// 64 slots: as few as there can be, so that the ring is soon full.
  static let options = [
    "--cluster", "c1", "--replica", "0", "--replica-count", "1", "--slots", "64", "--message-size", "4K", "--sessions",
    "8",
  ]

  let directory: TemporaryDirectory
  let path: FilePath

  init() throws {
    directory = try TemporaryDirectory()
    path = directory["f"]
    let run = try Run.tool(["format", path.string] + SmallFile.options)
    #expect(run.exit == 0, "\(run)")
  }

  func superblock() throws -> Superblock {
    let storage = try FileStorage.open(path, for: .reading(cached: true))
    return try SuperblockDecision(SuperblockSurvey.read(storage)).outcome.get()
  }

  func bytes() throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
        guard count > 0 else { return bytes }
        bytes += chunk[..<count]
      }
    }
  }

  /// Overwrites part of the file.
  func overwrite(at offset: UInt64, with bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }
}
