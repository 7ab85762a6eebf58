package import NIOCore

/// A numeric IP address and a port.
public struct NetworkAddress: Sendable, Hashable {
  /// An IPv4 or IPv6 address in numbers, without brackets.
  public let host: String
  /// 0 to 65535; 0 lets the system choose when listening.
  public let port: Int

  /// Where a replica listens unless told otherwise: this machine only, at a port of the system's choice.
  public static let loopback = NetworkAddress(trusted: "127.0.0.1", port: 0)

  /// `localhost` stands for 127.0.0.1; other names are not looked up.
  public init(host: String, port: Int) throws(NetworkAddressError) {
    guard (0...65535).contains(port) else { throw .portInvalid(String(port)) }
    let numeric = host == "localhost" ? "127.0.0.1" : host
    guard let address = try? SocketAddress(ipAddress: numeric, port: port) else { throw .hostNotNumeric(host) }
    self.init(trusted: address.ipAddress ?? numeric, port: port)
  }

  /// Reads `HOST:PORT`, where an IPv6 host stands in brackets: `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`.
  public init(parsing text: String) throws(NetworkAddressError) {
    guard let colon = text.lastIndex(of: ":") else { throw .noPort(text) }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = Int(digits)
    else { throw .portInvalid(String(digits)) }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      try self.init(host: String(host.dropFirst().dropLast()), port: port)
    } else {
      guard !host.contains(":") else { throw .bracketsMissing(text) }
      try self.init(host: String(host), port: port)
    }
  }

  private init(trusted host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool {
    host.hasPrefix("127.") || host == "::1" || host.hasPrefix("::ffff:127.")
  }

  package func socketAddress() throws -> SocketAddress {
    try SocketAddress(ipAddress: host, port: port)
  }
}

extension NetworkAddress: CustomStringConvertible {
  /// As `init(parsing:)` reads it.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension NetworkAddress {
  /// The address of a socket; nil if it is not an IP socket's.
  package init?(_ address: SocketAddress?) {
    guard let address, let host = address.ipAddress, let port = address.port else { return nil }
    self.init(trusted: host, port: port)
  }
}
