import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// The directory of a situation, and what setups do in it.
final class RunbookGround {
  /// The file that the runbook is about, and an older copy of it.
  static let file = "r0.mkraft"
  static let backup = "backup.mkraft"

  let directory: TemporaryDirectory
  /// Of the shell, beside the usual.
  private(set) var environment: [(name: String, value: String)] = []

  init() throws { directory = try TemporaryDirectory() }

  var path: FilePath { directory[Self.file] }

  /// A file with a few acknowledged keys in it, whose replica was stopped.
  func serve() throws {
    let run = try Run.tool(["format", path.string] + SmallFile.options)
    #expect(run.exit == 0, "\(run)")
    let replica = try RunningReplica(path)
    for (key, value) in [("color", "blue"), ("shape", "round"), ("taste", "sweet")] {
      #expect(try replica.kv("put", key, value).exit == 0)
    }
    #expect(try replica.stop().exit == 0)
  }

  /// Puts a committed file here.
  func unpack(_ fixture: String, as name: String = file) throws {
    let source = Fixture.directory.appending(fixture + ".mkraft.gz")
    let run = try Run.shell(#"gzip -dc < "$1" > "$2""#, [source.string, directory[name].string])
    #expect(run.exit == 0, "\(run)")
  }

  func copy(_ name: String = file, to copy: String = backup) throws {
    _ = try directory.file(copy, try readAll(directory[name]))
  }

  func superblock(of name: String = file) throws -> Superblock {
    let storage = try FileStorage.open(directory[name], for: .reading(cached: true))
    return try SuperblockDecision(SuperblockSurvey.read(storage)).outcome.get()
  }

  // MARK: Damage

  func overwrite(_ range: Range<UInt64>, with byte: UInt8 = 0xA5, of name: String = file) throws {
    try write([UInt8](repeating: byte, count: Int(range.count)), at: range.lowerBound, of: name)
  }

  func damageBody(op: UInt64) throws {
    let geometry = try superblock().geometry
    let start = geometry.prepareOffset(slot: geometry.slot(of: op)) + UInt64(PrepareHeader.byteCount)
    try overwrite(start..<start + 3)
  }

  func damageSuperblock(copy: Int, with byte: UInt8 = 0xA5) throws {
    let home = try superblock().geometry.offset(of: .superblock(copy))
    try overwrite(home..<home + UInt64(Superblock.byteCount), with: byte)
  }

  func truncate(to byteCount: UInt64) throws {
    let run = try Run.shell(#"truncate -s "$1" "$2""#, [String(byteCount), path.string])
    #expect(run.exit == 0, "\(run)")
  }

  private func write(_ bytes: [UInt8], at offset: UInt64, of name: String) throws {
    let file = try FileDescriptor.open(directory[name], .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  /// Damages two items that a plan from the file alone repairs, and lets the power fail in the middle of the repair.
  func interruptRepair() throws {
    let geometry = try superblock().geometry
    try damageSuperblock(copy: 1)
    let header = geometry.headerOffset(slot: 1)
    try overwrite(header..<header + UInt64(PrepareHeader.byteCount))
    let storage = try MemoryStorage(holding: path)
    let name = Self.file + ".undo"
    let interrupted = try InterruptedRepair(storage, file: path, log: directory[name])
    _ = try directory.file(Self.file, holding: interrupted.file)
    _ = try directory.file(name, holding: interrupted.log)
  }

  // MARK: Members

  /// Makes the file that of replica `index` of a cluster of three, in all copies of its superblock.
  func enlist(_ name: String = file, as index: Int) throws {
    var superblock = try superblock(of: name)
    superblock.members = MemberList(cluster: superblock.cluster, voterCount: 3)
    superblock.quorums = Quorums(replication: 2, election: 2)
    superblock.replica = UInt8(index)
    superblock.member = superblock.members[index]
    superblock.votedFor = superblock.members[0]
    superblock.fileID &+= UInt128(index)
    superblock.seal()
    for (home, image) in superblock.copies { try write([UInt8](copying: image.bytes), at: home, of: name) }
  }

  // MARK: The medium

  /// From now on the device does not give these bytes of the file.
  func failReads(of range: Range<UInt64>) throws {
    let library = try BadSectors.build(in: directory)
    environment = [
      ("LD_PRELOAD", library.string), ("BAD_SECTORS_FILE", Self.file),
      ("BAD_SECTORS_START", String(range.lowerBound)), ("BAD_SECTORS_END", String(range.upperBound)),
    ]
  }
}
