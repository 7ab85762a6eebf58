internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage

/// A field in which an existing file is not what was asked for.
struct Difference: JSONValue {
  let field: String
  let found: String
  let wanted: String

  var sentence: String { "\(field) is \(found), not \(wanted)" }

  func write(to json: JSONWriter) {
    json.object {
      json.field("field", field)
      json.field("found", found)
      json.field("wanted", wanted)
    }
  }

  /// Compares identity and geometry; what a file learns in its life does not count, nor does its file_id unless it was asked for.
  static func between(_ found: Superblock, _ plan: FormatPlan, fileID: UInt128?) -> [Difference] {
    var list: [Difference] = []
    func compare(_ field: String, _ found: some Equatable & CustomStringConvertible, _ wanted: String) {
      if found.description != wanted { list.append(Difference(field: field, found: found.description, wanted: wanted)) }
    }
    compare("cluster", found.cluster.hex, plan.cluster.hex)
    compare("replica", found.replica, "\(plan.replica)")
    compare("replica_count", found.members.voterCount, "\(plan.replicaCount)")
    compare("quorum_replication", found.quorums.replication, "\(plan.quorums.replication)")
    compare("quorum_election", found.quorums.election, "\(plan.quorums.election)")
    if list.isEmpty { compare("member", found.member.hex, plan.member.hex) }
    if let fileID { compare("file_id", found.fileID.hex, fileID.hex) }
    compare("io_unit", found.geometry.ioUnit, "\(plan.geometry.ioUnit)")
    compare("slot_count", found.geometry.slotCount, "\(plan.geometry.slotCount)")
    compare("message_size", found.geometry.messageSize, "\(plan.geometry.messageSize)")
    compare("pipeline", found.geometry.pipeline, "\(plan.geometry.pipeline)")
    compare("checkpoint_interval", found.geometry.checkpointInterval, "\(plan.geometry.checkpointInterval)")
    compare("headroom", found.geometry.headroom, "\(plan.geometry.headroom)")
    compare("sessions", found.geometry.sessions, "\(plan.geometry.sessions)")
    compare("block_size", found.geometry.blockSize, "\(plan.geometry.blockSize)")
    compare("grid_blocks_max", found.geometry.gridBlocksMax, "\(plan.geometry.gridBlocksMax)")
    return list
  }
}
