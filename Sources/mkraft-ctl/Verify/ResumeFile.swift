internal import Glibc
internal import MKraftForensics
internal import MKraftOutput
internal import SystemPackage

/// The file of `--resume`: what a verification that ended early leaves for the next one. It is replaced as a whole, and goes when a
/// verification has come to its end.
struct ResumeFile {
  /// More than the state of the largest file takes.
  private static let byteCountMax = 64 << 20

  let path: FilePath
  /// What an earlier verification left; nil if there is nothing.
  let state: [UInt8]?

  /// - Throws: the file cannot be read, or is something else, which is left alone.
  init(_ path: String) throws(Failure) {
    self.path = FilePath(path)
    guard let bytes = try ResumeFile.read(self.path) else {
      state = nil
      return
    }
    guard Verification.isRest(bytes) else {
      throw Failure(.usage, "it is no state of a verification; it is left as it is", of: path)
    }
    state = bytes
  }

  private static func read(_ path: FilePath) throws(Failure) -> [UInt8]? {
    do {
      // Opening a FIFO or a device would wait, or have effects.
      guard try Stat(path).type == .regular else { throw Failure(.noInput, "it is no regular file", of: path.string) }
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        let size = try Stat(file).size
        guard size <= byteCountMax else { return [0] }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let count = try unsafe bytes.withUnsafeMutableBytes { memory in
          var done = 0
          while done < memory.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let got = try unsafe file.read(fromAbsoluteOffset: Int64(done), into: rest)
            if got == 0 { break }
            done += got
          }
          return done
        }
        return Array(bytes.prefix(count))
      }
    } catch let error as Failure {
      throw error
    } catch {
      guard error as? Errno != .noSuchFileOrDirectory else { return nil }
      throw Failure(.noInput, "the state cannot be read: \(error)", of: path.string)
    }
  }

  /// Puts a state in the place of what is there, durably: after a power cut either of them stands there whole.
  func save(_ state: [UInt8]) throws(Failure) {
    let temporary = FilePath("\(path.string).\(getpid()).tmp")
    do {
      let options: FileDescriptor.OpenOptions = [.create, .truncate, .closeOnExec]
      let file = try FileDescriptor.open(temporary, .writeOnly, options: options, permissions: [.ownerReadWrite])
      try file.closeAfter {
        _ = try file.writeAll(state)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      try ResumeFile.rename(temporary, to: path)
      try syncDirectory()
    } catch {
      try? remove(temporary)
      throw Failure(.inputOutput, "the state cannot be written: \(error)", of: path.string)
    }
  }

  /// The verification has come to its end: nothing is left to go on with.
  func remove() throws(Failure) {
    guard state != nil else { return }
    do {
      try remove(path)
      try syncDirectory()
    } catch {
      throw Failure(.inputOutput, "the state cannot be removed: \(error)", of: path.string)
    }
  }

  private func remove(_ path: FilePath) throws {
    guard unsafe path.withPlatformString({ unsafe unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
  }

  private static func rename(_ old: FilePath, to new: FilePath) throws {
    let result = unsafe old.withPlatformString { old in
      unsafe new.withPlatformString { unsafe Glibc.rename(old, $0) }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  private func syncDirectory() throws {
    let parent = path.removingLastComponent()
    let directory = try FileDescriptor.open(
      parent.isEmpty ? "." : parent, .readOnly, options: [.directory, .closeOnExec])
    try directory.closeAfter {
      guard fsync(directory.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }
}
