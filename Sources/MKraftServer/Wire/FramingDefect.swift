package import MKraftFormat

/// Why a connection is closed: what came on it is no message, or none that this side takes.
package enum FramingDefect: Error, Equatable, Sendable {
  case message(MessageDefect)
  /// Header and body are `byteCount` bytes; this side takes `limit`.
  case tooLarge(byteCount: Int, limit: Int)
  /// A command that only the other side sends.
  case commandUnexpected(Command)

  /// The same in the words of the wire's format.
  package var messageDefect: MessageDefect {
    switch self {
    case .message(let defect): defect
    case .tooLarge: .violates(.messageSize)
    case .commandUnexpected(let command): .commandUnknown(command.rawValue)
    }
  }
}

// Only our own words and numbers, so the text can go to a terminal whatever the peer sent.
extension FramingDefect: CustomStringConvertible {
  package var description: String {
    switch self {
    case .message(.kindMismatch(let kind)): "not a message of ours: kind \(kind)"
    case .message(.versionUnknown(let version)): "protocol version \(version) is not known"
    case .message(.commandUnknown(let command)): "command \(command) is not known"
    case .message(let defect): defect.name
    case .tooLarge(let byteCount, let limit): "a message of \(byteCount) bytes, more than the limit of \(limit)"
    case .commandUnexpected(let command): "\(command.name) is not for this side of the connection"
    }
  }
}
