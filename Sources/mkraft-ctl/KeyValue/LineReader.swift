internal import Glibc
internal import SystemPackage

/// Lines from a descriptor, of bounded length. For one thread.
struct LineReader {
  /// A value of the largest message with every byte escaped, an expected one beside it, and a key.
  static let lineMax = 10 << 20
  private static let chunkSize = 65_536

  enum Next {
    case line(ArraySlice<UInt8>)
    /// Nothing has come in the time given.
    case nothingYet
    case end
    case tooLong
    case failed(Errno)
  }

  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private var start = 0
  /// No line's end is before this position.
  private var searched = 0
  private var isAtEnd = false

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// The next line without its end; the last one may lack it.
  /// - Parameter milliseconds: how long to wait for more input; negative for ever.
  mutating func next(waiting milliseconds: Int32) -> Next {
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) { return .line(take(to: end, skipping: 1)) }
      searched = buffer.count
      guard !isAtEnd else {
        return start < buffer.count ? .line(take(to: buffer.count, skipping: 0)) : .end
      }
      guard buffer.count - start <= LineReader.lineMax else { return .tooLong }
      guard hasInput(milliseconds) else { return .nothingYet }
      if let failure = read() { return .failed(failure) }
    }
  }

  private mutating func take(to end: Int, skipping: Int) -> ArraySlice<UInt8> {
    defer {
      start = end + skipping
      searched = start
    }
    return buffer[start..<end]
  }

  private func hasInput(_ milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  private mutating func read() -> Errno? {
    buffer.removeSubrange(..<start)
    searched -= start
    start = 0
    let used = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: LineReader.chunkSize))
    var got = 0
    defer { buffer.removeSubrange((used + got)...) }
    do {
      got = try unsafe buffer.withUnsafeMutableBytes {
        try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[used...]), retryOnInterrupt: true)
      }
      isAtEnd = got == 0
      return nil
    } catch {
      return error as? Errno ?? .ioError
    }
  }
}
