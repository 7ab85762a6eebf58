internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

extension Failure {
  /// A server at `address` that gave no answer, or refused.
  init(_ error: ClientError, at address: NetworkAddress) {
    self.init(Failure.code(of: error), "\(error)\(Failure.consequence(of: error))", of: address.description)
  }

  /// A key-value call to `address` that has no results.
  init(_ error: KeyValueError, at address: NetworkAddress) {
    switch error {
    case .client(let error): self.init(error, at: address)
    case .event: self.init(.usage, "\(error); nothing was sent")
    case .answerInvalid: self.init(.unreachable, "\(error)", of: address.description)
    }
  }

  /// Refusals that another server or a later time would not have made are 69; those of the request itself are 15: nothing
  /// was written.
  private static func code(of error: ClientError) -> ExitCode {
    switch error {
    case .connectionRefused, .unreachable, .timeout, .connectionLost, .malformed: .unreachable
    case .refused(let refusal):
      switch refusal {
      case .notLeader, .overloaded, .starting, .stopping: .unreachable
      case .storageFull, .sessionUnknown, .sessionBusy, .requestStale, .requestMismatch, .bodyInvalid,
        .operationUnknown, .clusterMismatch, .numbersExhausted:
        .declined
      }
    case .refusedUnknown, .bodyTooLarge, .tooManyCalls, .sessionInUse, .requestUnanswered, .nothingUnanswered:
      .declined
    }
  }

  /// What became of a request, where it is not plain.
  private static func consequence(of error: ClientError) -> String {
    switch error {
    case .timeout, .connectionLost, .malformed: "; whether a request under way was executed is not known"
    default: ""
    }
  }
}
