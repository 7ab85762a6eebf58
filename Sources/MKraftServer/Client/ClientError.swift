public import MKraftFormat

/// Why a call of a client has no answer.
public enum ClientError: Error, Equatable, Sendable {
  /// Nobody listens there.
  case connectionRefused
  /// The connection could not be made, for another reason that the system gave.
  case unreachable(String)
  /// No answer in time. Whether the request was executed is not known.
  case timeout
  /// The connection ended before the answer. Whether the request was executed is not known.
  case connectionLost
  /// What came is not a message; the connection is closed. Whether the request was executed is not known.
  case malformed(MessageDefect)
  /// The replica did not take the request, and why.
  case refused(Refusal)
  /// As `refused`, for a reason that this release does not know.
  case refusedUnknown(UInt8)
  /// The request's body is larger than the replica takes, in bytes. Nothing was sent.
  case bodyTooLarge(byteCount: Int, limit: Int)
  /// This connection waits for `Client.callsMax` answers. Nothing was sent.
  case tooManyCalls
  /// The session already waits for an answer. Nothing was sent.
  case sessionInUse
  /// The session's last request is unanswered: send it again, or abandon it. Nothing was sent.
  case requestUnanswered
  /// There is no unanswered request to send again. Nothing was sent.
  case nothingUnanswered
}

extension ClientError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .connectionRefused: "connection refused: nobody listens there"
    case .unreachable(let reason): "cannot connect: \(reason)"
    case .timeout: "no answer in time"
    case .connectionLost: "the connection was lost"
    case .malformed(let defect): "the answer is not a message of this protocol: \(defect.name)"
    case .refused(let refusal): "refused: \(refusal.name): \(refusal.meaning)"
    case .refusedUnknown(let status): "refused for a reason this release does not know: \(status)"
    case .bodyTooLarge(let byteCount, let limit):
      "the request's body of \(byteCount) bytes is larger than the \(limit) bytes that the replica takes"
    case .tooManyCalls: "\(Client.callsMax) requests of this connection wait for their answers"
    case .sessionInUse: "the session waits for an answer already"
    case .requestUnanswered: "the session's last request is not answered; send it again, or abandon it"
    case .nothingUnanswered: "the session has no unanswered request"
    }
  }
}
