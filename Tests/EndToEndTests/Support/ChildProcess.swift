import Glibc
import Synchronization
import SystemPackage

/// A program that runs beside the test, its output and errors read through pipes; its input is empty.
///
/// For one thread. A child that nobody waited for is killed when the object goes.
final class ChildProcess {
  /// Children are started one after the other, or one would hold another's pipes open.
  private static let starting = Mutex(())
  /// Most bytes read at once.
  private static let chunkSize = 65_536

  let arguments: [String]
  let pid: pid_t
  private let outputPipe: FileDescriptor
  private let errorPipe: FileDescriptor
  private var output: [UInt8] = []
  private var errors: [UInt8] = []
  /// Bytes of the output that `line` has given.
  private var taken = 0
  private var openPipes: Set<Int32>
  private var status: Int32?

  /// Starts `arguments[0]`, a path, with the test's environment.
  init(_ arguments: [String]) throws {
    self.arguments = arguments
    (pid, outputPipe, errorPipe) = try ChildProcess.starting.withLock { _ in try ChildProcess.start(arguments) }
    openPipes = [outputPipe.rawValue, errorPipe.rawValue]
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      _ = waitpid(pid, nil, 0)
    }
    try? outputPipe.close()
    try? errorPipe.close()
  }

  /// Sends a signal, if the child has not been waited for.
  func send(_ signal: Int32) {
    if status == nil { kill(pid, signal) }
  }

  /// The next whole line of the output, without its end; nil if the output ends or the time is over first.
  func line(timeout: Duration = Run.timeout) throws -> String? {
    let deadline = ContinuousClock.now + timeout
    while true {
      if let end = output[taken...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { taken = end + 1 }
        return String(decoding: output[taken..<end], as: UTF8.self)
      }
      guard openPipes.contains(outputPipe.rawValue), try read(until: deadline) else { return nil }
    }
  }

  /// Reads to the end of output and errors and waits for the child; kills it when the time is over.
  func finish(timeout: Duration = Run.timeout) throws -> Run {
    let deadline = ContinuousClock.now + timeout
    while !openPipes.isEmpty {
      guard try read(until: deadline) else {
        send(SIGKILL)
        break
      }
    }
    let status = wait()
    let signal = status & 0x7F
    return Run(
      arguments: arguments, output: output, errors: errors, exit: signal == 0 ? status >> 8 & 0xFF : nil,
      signal: signal == 0 ? nil : signal)
  }

  private func wait() -> Int32 {
    if let status { return status }
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    self.status = status
    return status
  }

  /// Reads what comes next on either pipe; false if nothing came in time.
  private func read(until deadline: ContinuousClock.Instant) throws -> Bool {
    var entries = openPipes.sorted().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let left = ContinuousClock.now.duration(to: deadline)
    let milliseconds = Int32(clamping: max(0, left.components.seconds) * 1000 + 1)
    let count = unsafe poll(&entries, nfds_t(entries.count), left < .zero ? 0 : milliseconds)
    if count < 0 && errno == EINTR { return true }
    guard count > 0 else { return false }
    for entry in entries where entry.revents != 0 { try take(entry.fd) }
    return true
  }

  private func take(_ descriptor: Int32) throws {
    var bytes = [UInt8](repeating: 0, count: ChildProcess.chunkSize)
    let count = try unsafe bytes.withUnsafeMutableBytes {
      try unsafe FileDescriptor(rawValue: descriptor).read(into: $0)
    }
    bytes.removeSubrange(count...)
    if bytes.isEmpty {
      openPipes.remove(descriptor)
    } else if descriptor == outputPipe.rawValue {
      output += bytes
    } else {
      errors += bytes
    }
  }

  private static func start(_ arguments: [String]) throws -> (pid_t, FileDescriptor, FileDescriptor) {
    let output = try FileDescriptor.pipe()
    let errors = try FileDescriptor.pipe()
    defer {
      try? output.writeEnd.close()
      try? errors.writeEnd.close()
    }
    for pipe in [output, errors] {
      for end in [pipe.readEnd, pipe.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    }
    let pid = try spawn(arguments, output: output.writeEnd, errors: errors.writeEnd)
    return (pid, output.readEnd, errors.readEnd)
  }

  private static func spawn(_ arguments: [String], output: FileDescriptor, errors: FileDescriptor) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors.rawValue, 2)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var pid: pid_t = 0
    let result = unsafe posix_spawn(&pid, arguments[0], &actions, nil, &words, environ)
    guard result == 0 else { throw Errno(rawValue: result) }
    return pid
  }
}
