import MKraftFormat
import SystemPackage
import Testing

/// `verify-checksums --resume` of a file that changed since the first part.
@Suite struct VerifyResumeTests {
  private let file: SmallFile
  private let state: String
  private let geometry: Geometry

  init() throws {
    file = try SmallFile()
    state = file.directory["state"].string
    geometry = try file.superblock().geometry
  }

  private func verify(_ path: FilePath, _ arguments: String...) throws -> Run {
    try Run.tool(["verify-checksums", path.string] + arguments)
  }

  /// The first part: the log has been read, the rest has not.
  private func begin(_ path: FilePath) throws -> Run {
    let part = geometry.byteCount(of: .walHeaders) + geometry.byteCount(of: .walPrepares)
    return try verify(path, "--max-bytes", "\(part)", "--resume", state)
  }

  /// Snapshots of a quiet replica: entries were written between them, into slots that were read, and one of them has rotted.
  @Test func entriesWrittenSinceAreRead() throws {
    let replica = try RunningReplica(file.path)
    for key in ["a", "b"] { #expect(try replica.kv("put", key, "v").exit == 0) }
    let snapshot = try file.directory.file("snapshot", try file.bytes())
    #expect(try begin(snapshot).exit == 12)
    for key in ["c", "d", "e", "f"] { #expect(try replica.kv("put", key, "v").exit == 0) }
    try replica.kill()
    _ = try file.directory.file("snapshot", try file.bytes())
    let older = try readAll(FilePath(state))
    let sound = try verify(snapshot, "--resume", state, "--output", "ndjson")
    #expect(sound.exit == 0 && sound.outputText.contains(#""read_again":["wal: "#), "\(sound)")
    #expect(sound.errorText.contains("--resume reads a part from its beginning: wal: entries were written"), "\(sound)")
    // Of the entries written since, one that others follow: each client registers first.
    let status = try Run.tool("status", snapshot.string, "--output", "ndjson").outputText
    let field = try #require(status.firstRange(of: #""head_op":""#))
    let head = try #require(UInt64(status[field.upperBound...].prefix { $0 != "\"" }))
    let place = geometry.prepareOffset(slot: geometry.slot(of: head - 2)) + 260
    let image = try FileDescriptor.open(snapshot, .writeOnly)
    try image.closeAfter { _ = try image.writeAll(toAbsoluteOffset: Int64(place), [0xA5, 0xA6]) }
    _ = try file.directory.file("state", older)
    let whole = try verify(snapshot)
    let resumed = try verify(snapshot, "--resume", state)
    #expect(whole.exit == 13 && resumed.exit == whole.exit, "\(resumed)")
    #expect(!file.directory.names.contains("state"))
  }

  /// What a repair has put right between the parts is no finding, and the account is that of a whole run.
  @Test func whatWasMendedSinceIsNoFinding() throws {
    let replica = try RunningReplica(file.path)
    for key in ["a", "b", "c", "d"] { #expect(try replica.kv("put", key, "v").exit == 0) }
    #expect(try replica.stop().exit == 0)
    let good = try file.bytes()
    let op = try file.superblock().clean?.op ?? 0
    try file.overwrite(at: geometry.prepareOffset(slot: geometry.slot(of: op - 2)) + 260, with: [0xA5, 0xA6])
    let before = try begin(file.path)
    #expect(before.exit == 13, "\(before)")
    _ = try file.directory.file("f", good)
    let after = try verify(file.path, "--resume", state)
    #expect(after.exit == 0 && after.outputText.contains("resumed"), "\(after)")
    #expect(after.errorText.contains("does not stand there any more"), "\(after)")
  }

  /// Nothing has changed: nothing is read again.
  @Test func aQuietFileIsGoneOnWith() throws {
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "a", "v").exit == 0)
    #expect(try replica.stop().exit == 0)
    #expect(try begin(file.path).exit == 12)
    let run = try verify(file.path, "--resume", state, "--output", "ndjson")
    #expect(run.exit == 0 && run.errors.isEmpty && run.outputText.contains(#""read_again":[]"#), "\(run)")
  }
}
