internal import MKraftFormat
internal import MKraftReplica

enum FillError: Error {
  case halted(ReplicaHalt)
  case refused(Refusal?)
  case noReply
}
