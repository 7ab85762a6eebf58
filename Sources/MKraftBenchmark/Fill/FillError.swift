package import MKraftFormat
package import MKraftReplica

package enum FillError: Error {
  case halted(ReplicaHalt)
  case refused(Refusal?)
  case noReply
  case interrupted
}
