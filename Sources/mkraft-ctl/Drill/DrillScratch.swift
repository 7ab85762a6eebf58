internal import Glibc
internal import MKraftOutput
internal import SystemPackage

/// The directory of a drill, with all that it writes.
struct DrillScratch {
  /// The share of the disk that stays free, in percent.
  static let freePercent: UInt64 = 10

  let directory: FilePath
  var file: FilePath { directory.appending("replica.mkraft") }
  /// What the replicas said on standard error.
  var log: FilePath { directory.appending("replica.log") }
  /// Of a drill without a file: the one that copies are made of.
  var original: FilePath { directory.appending("original.mkraft") }
  /// Undo logs of a repair, and of taking it back.
  var undo: FilePath { directory.appending("repair.undo") }
  var redo: FilePath { directory.appending("repair.redo") }
  /// A new file made by recovery.
  var recovered: FilePath { directory.appending("recovered.mkraft") }
  /// What clients were told, one line each.
  var acknowledged: FilePath { directory.appending("acknowledged.ndjson") }

  /// Makes the directory below `parent`, or where temporary files go, if `byteCount` more bytes leave the disk enough room.
  init(below parent: String?, byteCount: UInt64) throws(Failure) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let parent = FilePath(parent ?? usual ?? "/tmp")
    try DrillScratch.checkSpace(parent, byteCount)
    var name = Array(parent.appending("mkraft-drill-XXXXXX").string.utf8CString)
    guard unsafe mkdtemp(&name) != nil else {
      throw Failure(.cannotCreate, "cannot make a directory there: \(Errno(rawValue: errno))", of: parent.string)
    }
    directory = FilePath(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Removes the directory. What cannot be removed stays.
  func remove() {
    for path in [file, log, original, undo, redo, recovered, acknowledged] { DrillScratch.remove(path) }
    _ = unsafe directory.withPlatformString { unsafe rmdir($0) }
  }

  static func remove(_ path: FilePath) { _ = unsafe path.withPlatformString { unsafe unlink($0) } }

  private static func checkSpace(_ parent: FilePath, _ byteCount: UInt64) throws(Failure) {
    var disk = statvfs()
    let result = unsafe parent.withPlatformString { unsafe statvfs($0, &disk) }
    guard result == 0 else {
      throw Failure(.cannotCreate, "cannot be used for the drill: \(Errno(rawValue: errno))", of: parent.string)
    }
    let unit = UInt64(disk.f_frsize)
    let free = UInt64(disk.f_bavail) * unit
    let reserve = UInt64(disk.f_blocks) * unit / 100 * freePercent
    guard free >= byteCount, free - byteCount >= reserve else {
      throw Failure(
        .cannotCreate,
        "the drill takes \(ByteCount(byteCount)), and \(freePercent) % of the disk are to stay free; free are "
          + "\(ByteCount(free)), \(freePercent) % are \(ByteCount(reserve)); name another place with --scratch",
        of: parent.string)
    }
  }
}
