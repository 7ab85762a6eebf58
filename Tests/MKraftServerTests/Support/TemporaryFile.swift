import Glibc
import SystemPackage

/// A path in a directory of its own, which goes away with this object.
final class TemporaryFile: Sendable {
  let path: FilePath
  private let directory: FilePath

  init() throws(Errno) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    var name = Array(FilePath(usual ?? "/tmp").appending("mkraft-test-XXXXXX").string.utf8CString)
    guard unsafe mkdtemp(&name) != nil else { throw Errno(rawValue: errno) }
    directory = FilePath(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    path = directory.appending("data")
  }

  deinit {
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
    _ = unsafe directory.withPlatformString { unsafe rmdir($0) }
  }
}
