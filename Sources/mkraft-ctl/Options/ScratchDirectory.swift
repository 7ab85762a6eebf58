internal import Glibc
internal import MKraftOutput
internal import SystemPackage

/// A new directory for files that are thrown away: nothing that exists is ever touched.
struct ScratchDirectory {
  /// The share of the disk that stays free, in percent.
  static let freePercent: UInt64 = 10

  let path: FilePath

  /// Makes the directory below `parent`, or where temporary files go, if `byteCount` more bytes leave the disk enough room.
  /// - Parameter purpose: what it is for, in a word that is part of the directory's name.
  init(below parent: String?, for purpose: String, byteCount: UInt64) throws(Failure) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let parent = FilePath(parent ?? usual ?? "/tmp")
    try ScratchDirectory.checkSpace(parent, for: purpose, byteCount)
    var name = Array(parent.appending("mkraft-\(purpose)-XXXXXX").string.utf8CString)
    guard unsafe mkdtemp(&name) != nil else {
      throw Failure(.cannotCreate, "cannot make a directory there: \(Errno(rawValue: errno))", of: parent.string)
    }
    path = FilePath(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Removes the files that are named, and the directory. What cannot be removed stays.
  func remove(_ files: [FilePath]) {
    for file in files { ScratchDirectory.remove(file) }
    _ = unsafe path.withPlatformString { unsafe rmdir($0) }
  }

  static func remove(_ path: FilePath) { _ = unsafe path.withPlatformString { unsafe unlink($0) } }

  private static func checkSpace(_ parent: FilePath, for purpose: String, _ byteCount: UInt64) throws(Failure) {
    var disk = statvfs()
    let result = unsafe parent.withPlatformString { unsafe statvfs($0, &disk) }
    guard result == 0 else {
      throw Failure(.cannotCreate, "cannot be used for the \(purpose): \(Errno(rawValue: errno))", of: parent.string)
    }
    let unit = UInt64(disk.f_frsize)
    let free = UInt64(disk.f_bavail) * unit
    let reserve = UInt64(disk.f_blocks) * unit / 100 * freePercent
    guard free >= byteCount, free - byteCount >= reserve else {
      throw Failure(
        .cannotCreate,
        "the \(purpose) takes \(ByteCount(byteCount)), and \(freePercent) % of the disk are to stay free; free are "
          + "\(ByteCount(free)), \(freePercent) % are \(ByteCount(reserve)); name another place with --scratch",
        of: parent.string)
    }
  }
}
