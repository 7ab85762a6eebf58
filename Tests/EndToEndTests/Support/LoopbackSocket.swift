import Glibc
import SystemPackage

/// A TCP socket of this machine, for what no client of ours would send.
final class LoopbackSocket {
  private let descriptor: Int32

  /// Listens at a port of the system's choice.
  init(listening: Void) throws(Errno) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = unsafe LoopbackSocket.withAddress(port: 0) { unsafe Glibc.bind(descriptor, $0, $1) }
    guard result == 0, Glibc.listen(descriptor, 1) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Connects.
  init(to port: UInt16) throws(Errno) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = unsafe LoopbackSocket.withAddress(port: port) { unsafe Glibc.connect(descriptor, $0, $1) }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  deinit { close(descriptor) }

  /// The port it has.
  var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  func send(_ bytes: [UInt8]) throws(Errno) {
    let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard count == bytes.count else { throw Errno(rawValue: errno) }
  }

  /// Whether the other side closes the connection, waited for.
  func isClosedByPeer() -> Bool {
    var byte: UInt8 = 0
    return unsafe recv(descriptor, &byte, 1, 0) <= 0
  }

  private static func withAddress(
    port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
