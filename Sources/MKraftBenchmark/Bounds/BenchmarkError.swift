internal import MKraftFormat
package import MKraftReplica
package import MKraftServer

/// Why a measurement came to no result, where no other error says it.
package enum BenchmarkError: Error {
  case interrupted(signal: Int32)
  /// The replica did not come up, or ended while it was measured.
  case ended(ServerResult)
  /// It did not execute a request; the number of the refusal.
  case refused(status: UInt8)
  case answerInvalid
  /// Fewer than three superblock copies could be verified.
  case superblockNotWritten
  case halted(ReplicaHalt)
}

extension BenchmarkError: CustomStringConvertible {
  /// One line for an operator.
  package var description: String {
    switch self {
    case .interrupted(let signal): "interrupted by signal \(signal)"
    case .ended(.stopped): "the replica stopped before it was asked to"
    case .ended(.halted(let halt)), .halted(let halt): "the replica halted: \(halt)"
    case .ended(.cannotListen(let reason)): "the replica cannot listen on \(reason)"
    case .refused(let status):
      "the replica refused a request: \(Refusal(rawValue: status).map { "\($0)" } ?? "for reason \(status)")"
    case .answerInvalid: "the replica's answer is not that to the request"
    case .superblockNotWritten: "fewer than three superblock copies could be written and read back"
    }
  }
}
