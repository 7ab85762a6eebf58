import Glibc
public import SystemPackage

/// Buffered output to a file descriptor, or to memory for tests and for composing.
///
/// Nothing here throws: a command renders to its end and asks once how its output fared. After the reader of a pipe has
/// gone, or after any error, everything further is dropped. What is buffered at the end must be flushed by the owner: a
/// sink that goes away writes nothing.
@safe
public final class ByteSink {
  /// Bytes collected before they are written out.
  public static let bufferSize = 64 * 1024
  /// Most bytes that a sink in memory takes, unless it is told otherwise. More is the failure `Errno.noMemory`.
  public static let memoryLimit = 64 * 1024 * 1024

  private enum Target {
    case descriptor(FileDescriptor)
    case memory(limit: Int)
  }

  private let target: Target
  /// The buffer: memory of its own, since an array would be checked for uniqueness at every byte.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)
  /// Bytes of the buffer in use.
  private var count = 0
  private var collected: [UInt8] = []

  /// True once the reader of the pipe has gone (EPIPE). Not an error: somebody ran `| head`.
  public private(set) var isClosed = false
  /// The first error of a write other than EPIPE.
  public private(set) var failure: Errno?

  /// Writes to an open descriptor, which stays the caller's: it is never closed here.
  public convenience init(_ descriptor: FileDescriptor) {
    self.init(target: .descriptor(descriptor))
  }

  /// A sink in memory that holds up to `limit` bytes.
  public static func memory(limit: Int = memoryLimit) -> ByteSink {
    ByteSink(target: .memory(limit: limit))
  }

  private init(target: Target) {
    self.target = target
  }

  deinit {
    unsafe buffer.deallocate()
  }

  /// False once everything is dropped: long work for the sake of output alone may stop.
  public var isOpen: Bool { !isClosed && failure == nil }

  /// Writes one byte.
  public func write(_ byte: UInt8) {
    if count == Self.bufferSize { flush() }
    unsafe buffer[count] = byte
    count += 1
  }

  /// Writes bytes as they are.
  public func write(_ bytes: Span<UInt8>) {
    if bytes.count > Self.bufferSize - count {
      flush()
      guard bytes.count < Self.bufferSize else {
        deliver(bytes)
        return
      }
    }
    let end = count + bytes.count
    unsafe bytes.withUnsafeBytes { unsafe buffer[count..<end].copyBytes(from: $0) }
    count = end
  }

  /// Writes a text as UTF-8, as it is: escape what comes from outside (`writeEscaped`).
  @_disfavoredOverload
  public func write(_ text: String) {
    write(text.utf8.span)
  }

  /// Writes a literal.
  public func write(_ literal: StaticString) {
    precondition(literal.hasPointerRepresentation, "a literal of one scalar is written as a byte")
    write(unsafe Span(_unsafeStart: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Writes a byte several times, none if `count` is not positive.
  public func write(_ byte: UInt8, count: Int) {
    var rest = count
    while rest > 0 {
      write(byte)
      rest -= 1
    }
  }

  /// Hands everything buffered to the descriptor.
  public func flush() {
    guard count > 0 else { return }
    deliver(unsafe Span(_unsafeElements: UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self))).extracting(0..<count))
    count = 0
  }

  /// Everything written to a sink in memory so far.
  public var bytes: [UInt8] {
    flush()
    return collected
  }

  /// Everything written to a sink in memory so far, as text; what is not UTF-8 is replaced.
  public var text: String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// Empties a sink in memory, keeping its storage.
  public func removeAll() {
    count = 0
    collected.removeAll(keepingCapacity: true)
  }

  /// Moves everything written to a sink in memory to the end of an array.
  func move(to array: inout [UInt8]) {
    array.append(contentsOf: collected)
    unsafe array.append(contentsOf: buffer[..<count])
    removeAll()
  }

  private func deliver(_ bytes: Span<UInt8>) {
    guard isOpen else { return }
    switch target {
    case .memory(let limit): collect(bytes, limit: limit)
    case .descriptor(let descriptor): writeOut(bytes, to: descriptor)
    }
  }

  private func collect(_ bytes: Span<UInt8>, limit: Int) {
    guard bytes.count <= limit - collected.count else {
      failure = .noMemory
      return
    }
    Self.append(bytes, to: &collected)
  }

  private func writeOut(_ bytes: Span<UInt8>, to descriptor: FileDescriptor) {
    var offset = 0
    while offset < bytes.count, isOpen {
      offset += writeOnce(bytes.extracting(offset..<bytes.count), to: descriptor)
    }
  }

  /// One write(2); returns what it took, 0 after waiting for a non-blocking descriptor or after an error was
  /// remembered.
  private func writeOnce(_ bytes: Span<UInt8>, to descriptor: FileDescriptor) -> Int {
    do {
      let count = try unsafe bytes.withUnsafeBufferPointer {
        try unsafe descriptor.write(UnsafeRawBufferPointer($0), retryOnInterrupt: true)
      }
      if count == 0 { failure = .ioError }
      return count
    } catch let error as Errno {
      remember(error, of: descriptor)
    } catch {
      failure = .ioError
    }
    return 0
  }

  private func remember(_ error: Errno, of descriptor: FileDescriptor) {
    switch error {
    case .brokenPipe: isClosed = true
    case .wouldBlock, .resourceTemporarilyUnavailable: Self.waitUntilWritable(descriptor)
    default: failure = error
    }
  }

  /// Standard output may be non-blocking, because it is shared with another process that made it so.
  private static func waitUntilWritable(_ descriptor: FileDescriptor) {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }

  private static func append(_ bytes: Span<UInt8>, to array: inout [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { unsafe array.append(contentsOf: $0) }
  }
}
