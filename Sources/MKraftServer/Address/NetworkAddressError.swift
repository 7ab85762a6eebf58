/// Why a text is no address.
public enum NetworkAddressError: Error, Equatable, Sendable {
  case noPort(String)
  case portInvalid(String)
  case hostNotNumeric(String)
  case bracketsMissing(String)
}

extension NetworkAddressError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noPort(let text): "'\(text)' has no port; write HOST:PORT, such as 127.0.0.1:3000"
    case .portInvalid(let text): "'\(text)' is not a port; ports are 0 to 65535"
    case .hostNotNumeric(let text):
      "'\(text)' is not an IP address in numbers; names other than localhost are not looked up"
    case .bracketsMissing(let text): "'\(text)': an IPv6 address stands in brackets, such as [::1]:3000"
    }
  }
}
