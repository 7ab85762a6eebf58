import MKraftServer
import Testing

@Suite struct NetworkAddressTests {
  @Test func hostAndPortAreRead() throws {
    let address = try NetworkAddress(parsing: "127.0.0.1:3000")
    #expect(address.host == "127.0.0.1" && address.port == 3000)
    #expect(try NetworkAddress(parsing: "localhost:0") == NetworkAddress.loopback)
    #expect(try NetworkAddress(parsing: "[::1]:65535").host == "::1")
    for text in ["127.0.0.1:3000", "[::1]:3000", "0.0.0.0:1"] {
      #expect(try NetworkAddress(parsing: text).description == text)
    }
  }

  @Test func whatIsNoAddressIsNamed() {
    #expect(throws: NetworkAddressError.noPort("127.0.0.1")) { try NetworkAddress(parsing: "127.0.0.1") }
    #expect(throws: NetworkAddressError.portInvalid("65536")) { try NetworkAddress(parsing: "127.0.0.1:65536") }
    #expect(throws: NetworkAddressError.portInvalid("")) { try NetworkAddress(parsing: "127.0.0.1:") }
    #expect(throws: NetworkAddressError.portInvalid("-1")) { try NetworkAddress(parsing: "127.0.0.1:-1") }
    #expect(throws: NetworkAddressError.portInvalid("123456789012345678901")) {
      try NetworkAddress(parsing: "127.0.0.1:123456789012345678901")
    }
    #expect(throws: NetworkAddressError.bracketsMissing("::1:3000")) { try NetworkAddress(parsing: "::1:3000") }
    #expect(throws: NetworkAddressError.hostNotNumeric("example.org")) { try NetworkAddress(parsing: "example.org:1") }
    #expect(throws: NetworkAddressError.hostNotNumeric("")) { try NetworkAddress(parsing: ":1") }
    #expect(throws: NetworkAddressError.hostNotNumeric("256.0.0.1")) { try NetworkAddress(parsing: "256.0.0.1:1") }
  }

  @Test func loopbackIsThisMachineOnly() throws {
    for text in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "localhost:1"] {
      #expect(try NetworkAddress(parsing: text).isLoopback, "\(text)")
    }
    for text in ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1", "128.0.0.1:1"] {
      #expect(try !NetworkAddress(parsing: text).isLoopback, "\(text)")
    }
  }
}
