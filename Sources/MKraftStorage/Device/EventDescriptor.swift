internal import CLinux
internal import Glibc
package import SystemPackage

/// An eventfd: readable when it was signalled since it was read last.
package final class EventDescriptor: Sendable {
  package let descriptor: Int32

  package init() throws(Errno) {
    descriptor = clinux_eventfd()
    guard descriptor >= 0 else { throw Errno(rawValue: -descriptor) }
  }

  deinit { if descriptor >= 0 { SystemCalls.close(descriptor) } }

  /// A second descriptor of the same; the caller closes it.
  package func duplicate() throws(Errno) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Errno(rawValue: errno) }
    return copy
  }

  package func signal() {
    var one: UInt64 = 1
    // It fails only when it counts to the end, and then it is signalled.
    _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits until it is signalled, and takes the signal; false if that does not happen in time.
  package func wait(milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&polled, 1, milliseconds) == 1 else { return false }
    var signals: UInt64 = 0
    return unsafe read(descriptor, &signals, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
  }
}
