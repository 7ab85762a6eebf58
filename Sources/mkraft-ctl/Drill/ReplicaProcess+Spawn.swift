internal import Glibc
internal import SystemPackage

extension ReplicaProcess {
  /// Starts this very program with `arguments`, in a process group of its own, so that a signal from the keyboard is the
  /// drill's to deal with.
  /// - Returns: the process, and the end of the pipe that its standard output can be read from.
  static func spawn(_ arguments: [String], log: FilePath) throws(Errno) -> (pid_t, FileDescriptor) {
    let (reader, writer) = try pipe()
    defer { try? writer.close() }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, writer.rawValue, 1)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe setUsualSignals(&attributes)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var pid: pid_t = 0
    // The program as it was started, even if its file has been replaced meanwhile.
    let result = unsafe posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &words, environ)
    guard result == 0 else {
      try? reader.close()
      throw Errno(rawValue: result)
    }
    return (pid, reader)
  }

  private static func pipe() throws(Errno) -> (FileDescriptor, FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  /// What the drill ignores or catches is as usual in the replica's process.
  @unsafe private static func setUsualSignals(_ attributes: inout posix_spawnattr_t) {
    var usual = sigset_t()
    unsafe sigemptyset(&usual)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&usual, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
  }
}
