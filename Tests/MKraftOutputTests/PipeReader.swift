import Glibc
import SystemPackage

/// Reads a pipe to its end on a thread of its own and counts the bytes.
struct PipeReader {
  private let thread: pthread_t

  init(_ descriptor: FileDescriptor) throws {
    var thread = pthread_t()
    let argument = unsafe UnsafeMutableRawPointer(bitPattern: Int(descriptor.rawValue))
    let result = unsafe pthread_create(&thread, nil, countBytes, argument)
    guard result == 0 else { throw Errno(rawValue: result) }
    self.thread = thread
  }

  /// Waits for the end of the pipe; returns the number of bytes.
  func join() -> Int {
    var count: UnsafeMutableRawPointer?
    unsafe pthread_join(thread, &count)
    return Int(bitPattern: count)
  }
}

/// Takes the descriptor and gives the count as pointers, which is all that a thread can do.
private func countBytes(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let descriptor = CInt(Int(bitPattern: argument))
  var chunk = [UInt8](repeating: 0, count: 4096)
  var total = 0
  while true {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count <= 0 { return unsafe UnsafeMutableRawPointer(bitPattern: total) }
    total += count
  }
}
