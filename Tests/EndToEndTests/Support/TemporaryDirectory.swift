import Glibc
import SystemPackage

/// A directory of the test's own, removed with everything in it when the object goes.
final class TemporaryDirectory: Sendable {
  let path: FilePath

  /// Makes the directory below `parent`, or where temporary files go.
  init(below parent: FilePath? = nil) throws(Errno) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let parent = parent ?? FilePath(usual ?? "/tmp")
    var name = Array(parent.appending("mkraft-e2e-XXXXXX").string.utf8CString)
    guard unsafe mkdtemp(&name) != nil else { throw Errno(rawValue: errno) }
    path = FilePath(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  deinit {
    for name in names { _ = unsafe path.appending(name).withPlatformString { unsafe remove($0) } }
    _ = unsafe path.withPlatformString { unsafe rmdir($0) }
  }

  subscript(name: String) -> FilePath { path.appending(name) }

  /// The names in it, hidden ones too, in order.
  var names: [String] {
    guard let directory = unsafe path.withPlatformString({ unsafe opendir($0) }) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file with these bytes.
  func file(_ name: String, _ bytes: [UInt8] = []) throws -> FilePath {
    let path = self[name]
    let options: FileDescriptor.OpenOptions = [.create, .truncate]
    let file = try FileDescriptor.open(path, .writeOnly, options: options, permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(bytes) }
    return path
  }

  func link(_ name: String, to target: FilePath) throws -> FilePath {
    let path = self[name]
    let result = unsafe target.withPlatformString { target in
      unsafe path.withPlatformString { unsafe symlink(target, $0) }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    return path
  }
}
