import MKraftForensics
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// A file with a few keys in it, whose replica was stopped, and which was then damaged so that a plan from the file alone mends it.
struct RepairScene {
  let file: SmallFile
  let damaged: [UInt8]

  var path: String { file.path.string }
  var plan: String { file.directory["plan"].string }
  var log: String { file.directory["log"].string }

  /// - Parameter isPlanned: whether the plan is saved.
  init(isPlanned: Bool = true) throws {
    file = try SmallFile()
    let replica = try RunningReplica(file.path)
    for key in ["k", "l", "m"] { #expect(try replica.kv("put", key, "v").exit == 0) }
    #expect(try replica.stop().exit == 0)
    let geometry = try file.superblock().geometry
    let noise = [UInt8](repeating: 0xA5, count: 40)
    try file.overwrite(at: geometry.offset(of: .superblock1) + 600, with: noise)
    try file.overwrite(at: geometry.headerOffset(slot: 2) + 30, with: noise)
    damaged = try file.bytes()
    guard isPlanned else { return }
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
  }

  /// The place of a byte that a checksum covers, in the body of an entry that was acknowledged.
  func bodyByte() throws -> UInt64 {
    let geometry = try file.superblock().geometry
    return geometry.prepareOffset(slot: geometry.slot(of: 3)) + 260
  }

  /// Damage where no plan of the scene writes anything: one slot more has rotted.
  func rot() throws { try file.overwrite(at: try bodyByte(), with: [0xA5, 0xA6, 0xA7]) }

  func write(_ bytes: [UInt8]) throws { _ = try file.directory.file("f", bytes) }

  func apply(_ arguments: String...) throws -> Run {
    try Run.tool(["repair", "apply", plan, "--in-place", "--yes", "--undo", log] + arguments)
  }

  /// Leaves the repair as a power cut in its middle would.
  func cut() throws {
    let storage = try MemoryStorage(holding: file.path)
    let interrupted = try InterruptedRepair(storage, file: file.path, log: FilePath(log))
    _ = try file.directory.file("f", holding: interrupted.file)
    _ = try file.directory.file("log", holding: interrupted.log)
  }

  func isMarked() throws -> Bool {
    let storage = try FileStorage.open(file.path, for: .reading(cached: true))
    return RepairMarkScan.find(storage, SuperblockSurvey.read(storage).geometry) != nil
  }
}
