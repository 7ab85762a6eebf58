internal import CLinux
internal import Glibc
internal import SystemPackage

extension ReplicaProcess {
  /// Starts this very program with `arguments`: in a process group of its own, so that a signal from the keyboard is the drill's
  /// to deal with, and so that it never outlives the drill, even if that is killed.
  /// - Returns: the process, and the end of the pipe that its standard output can be read from.
  static func spawn(_ arguments: [String], log: FilePath) throws(Errno) -> (pid_t, FileDescriptor) {
    let errors = try opened(log)
    defer { try? errors.close() }
    let (reader, writer) = try pipe()
    defer { try? writer.close() }
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var pid: pid_t = 0
    // The program as it was started, even if its file has been replaced meanwhile.
    let result = unsafe clinux_start_child("/proc/self/exe", &words, writer.rawValue, errors.rawValue, &pid)
    guard result == 0 else {
      try? reader.close()
      throw Errno(rawValue: result)
    }
    return (pid, reader)
  }

  private static func opened(_ log: FilePath) throws(Errno) -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        log, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  private static func pipe() throws(Errno) -> (FileDescriptor, FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }
}
