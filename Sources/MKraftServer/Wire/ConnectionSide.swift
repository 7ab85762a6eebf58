package import MKraftFormat

/// Which end of a connection we are: it decides which commands may arrive.
package enum ConnectionSide: Sendable {
  case server
  case client

  package func takes(_ command: Command) -> Bool {
    switch command {
    case .pingClient, .request: self == .server
    case .pongClient, .reply, .refusal: self == .client
    }
  }
}
