internal import Glibc
internal import MKraftFormat
internal import MKraftServer
internal import SystemPackage

/// A connection that blocks, for one request at a time: two system calls a request and no other thread, so that what is measured is the
/// server.
final class ClientSocket {
  let descriptor: Int32
  /// Bytes of the answer that have arrived.
  private var received: [UInt8]
  private var count = 0

  /// - Parameter answerMax: bytes of the largest answer.
  init(_ address: NetworkAddress, answerMax: Int) throws(Errno) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    received = [UInt8](repeating: 0, count: answerMax)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = in_port_t(address.port).bigEndian
    target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &target) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    var on: Int32 = 1
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  func send(_ message: [UInt8]) throws(Errno) {
    let sent = unsafe message.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    guard sent >= 0 else { throw Errno(rawValue: errno) }
    guard sent == message.count else { throw .ioError }
  }

  /// Takes what has arrived; the answer's header when all of the answer is there.
  func receive() throws -> MessageHeader? {
    let got = unsafe received.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress! + count, $0.count - count, 0)
    }
    guard got >= 0 else { throw Errno(rawValue: errno) }
    guard got > 0 else { throw Errno.connectionReset }
    count += got
    let header = try ClientSocket.answer(in: received, count)
    if header != nil { count = 0 }
    return header
  }

  private static func answer(in received: [UInt8], _ count: Int) throws -> MessageHeader? {
    guard count >= MessageHeader.byteCount else { return nil }
    let header = try MessageHeader(decoding: received.rawSpan)
    guard count >= Int(header.size) else { return nil }
    guard header.matches(body: received.rawSpan.extracting(MessageHeader.byteCount..<Int(header.size))) else {
      throw Errno.ioError
    }
    return header
  }
}
