internal import ArgumentParser
internal import MKraftOutput
internal import MKraftServer

/// An address on the command line: `HOST:PORT`, or a port alone, which is one of this machine.
struct AddressArgument: ExpressibleByArgument {
  /// What was entered; read when the command runs, so that its error names the reason.
  let text: String

  init(argument: String) { text = argument }

  var defaultValueDescription: String { text }

  /// - Throws: wrong usage.
  func address() throws(Failure) -> NetworkAddress {
    let isPortAlone = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    do throws(NetworkAddressError) {
      return try NetworkAddress(parsing: isPortAlone ? "127.0.0.1:" + text : text)
    } catch {
      throw Failure(.usage, error.description)
    }
  }
}
