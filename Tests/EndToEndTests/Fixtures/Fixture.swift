import Glibc
import SystemPackage
import Testing

/// A row of the table in `fixtures/README.md`: a file, what is wrong with it, and the verdict it must get.
struct Fixture: Sendable, CustomTestStringConvertible {
  /// `fixtures/` beside `Tests/`.
  static let directory = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("fixtures")
  private static let columnCount = 11

  let name: String
  /// Names of findings, each as often as it is found.
  let findings: [String: Int]
  /// Exit codes by command.
  let exits: [String: Int32]
  /// The verdict's `start`, and why.
  let start: String
  let reason: String?
  let startExit: Int32
  /// Exit code of `verify-checksums` after a start and a clean stop; nil if the file is refused.
  let exitAfter: Int32?

  var testDescription: String { name }
  var compressed: FilePath { Self.directory.appending(name + ".mkraft.gz") }

  func expected(_ command: String) throws -> [UInt8] {
    try readAll(Self.directory.appending("expected/\(name).\(command).json"))
  }

  /// Writes the file, as it was before it was compressed, into `directory`.
  func unpack(in directory: TemporaryDirectory) throws -> FilePath {
    let path = directory[name + ".mkraft"]
    let run = try Run.shell("gzip -dc < \"$1\" > \"$2\"", [compressed.string, path.string])
    #expect(run.exit == 0, "\(run)")
    return path
  }

  /// All rows, in the table's order.
  static let all: [Fixture] = {
    let lines = (try? readAll(directory.appending("README.md"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return lines.split(separator: "\n").compactMap(Fixture.init(line:))
  }()

  private init?(line: Substring) {
    guard line.hasPrefix("| "), !line.hasPrefix("| file |") else { return nil }
    let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map(\.trimmed)
    precondition(cells.count == Fixture.columnCount, "a row has \(Fixture.columnCount) cells: \(line)")
    func code(_ cell: Int) -> Int32 {
      guard let code = Int32(cells[cell]) else { preconditionFailure("an exit code is a number: \(line)") }
      return code
    }
    name = cells[0]
    let counted = cells[3].split(separator: ",").map { $0.split(separator: " ") }
    findings = Dictionary(uniqueKeysWithValues: counted.map { (String($0[0]), $0.count > 1 ? Int($0[1]) ?? 0 : 1) })
    exits = ["verify-checksums": code(4), "status": code(5), "inspect-superblock": code(6), "dump-wal": code(7)]
    let start = cells[8].split(separator: ":").map(\.trimmed)
    self.start = start[0]
    reason = start.count > 1 ? start[1] : nil
    startExit = code(9)
    exitAfter = Int32(cells[10])
  }
}

/// The bytes of a file.
func readAll(_ path: FilePath) throws -> [UInt8] {
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

extension Substring {
  /// Without spaces at both ends.
  var trimmed: String {
    let start = drop { $0 == " " }
    let count = start.reversed().prefix { $0 == " " }.count
    return String(start.dropLast(count))
  }
}
