internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// A plan of a recovery as a JSON document, and back. It names its sources by path and holds none of their bytes.
struct RecoverPlanDocument {
  static let schema = JSONSchema("mkraft-ctl-recover-plan", version: 1)

  /// The files as they were named: those that the plan is made from again.
  let inputs: [String]
  let plan: RecoverPlan

  // MARK: Writing

  func write(to json: JSONWriter, _ planning: RecoverPlanning) {
    json.array("inputs") { for path in inputs { json.string(path) } }
    json.array("sources") { for source in plan.sources { write(source, to: json) } }
    json.object("new_file") {
      json.field("file_id", hex: plan.identity.fileID)
      json.field("new_cluster", hex: plan.identity.newCluster)
      json.field("cluster", hex: plan.clusterAfter)
      json.field("term", plan.term)
      json.field("byte_count", plan.byteCount)
    }
    json.field("cluster", hex: plan.cluster)
    json.field("base", plan.base)
    json.field("checkpoint_op", plan.checkpointOp)
    json.field("checkpoint_id", hex: plan.checkpointID)
    json.field("head_op", plan.head.op)
    json.field("head_term", plan.head.term)
    json.field("head_checksum", hex: plan.head.checksum)
    json.field("proven_op", plan.provenOp)
    json.array("losses") { for loss in plan.losses { write(loss, to: json) } }
    json.array("accept_loss") { for typed in plan.acceptances { json.string(typed) } }
    json.array("rejected_checkpoints") {
      for rejected in planning.rejected {
        json.object {
          json.field("op", rejected.op)
          json.field("path", rejected.path)
          json.field("finding", rejected.finding.name)
          json.field("place", rejected.place)
        }
      }
    }
    json.field("plan_checksum", hex: plan.checksum)
    json.field("exit", planning.exitCode)
  }

  private func write(_ source: RecoverPlan.Source, to json: JSONWriter) {
    json.object {
      json.field("path", source.path)
      json.field("file_size", source.byteCount)
      json.field("file_id", hex: source.fileID)
      json.field("sequence", source.sequence)
      json.field("superblock", hex: source.superblock)
      json.field("live", source.isLive)
      json.field("redacted", source.isRedacted)
      json.field("abandoned_repair", source.isMarked)
      json.field("entries", source.entryCount)
    }
  }

  private func write(_ loss: RecoverLoss, to json: JSONWriter) {
    json.object {
      switch loss {
      case .ops(let ops, let cause):
        json.field("what", "ops")
        json.field("first_op", ops.lowerBound)
        json.field("last_op", RecoverLoss.last(of: ops))
        json.field("cause", cause.rawValue)
      case .reply(let slot, let op):
        json.field("what", "reply")
        json.field("slot", slot)
        json.field("op", op)
      }
    }
  }

  func save(to path: FilePath, _ planning: RecoverPlanning) throws(Failure) {
    try DocumentFile.save(to: path, RecoverPlanDocument.schema) { write(to: $0, planning) }
  }

  // MARK: Reading

  init(inputs: [String], plan: RecoverPlan) {
    self.inputs = inputs
    self.plan = plan
  }

  /// Reads a plan that was saved. What it says is compared with what is planned anew before anything is done.
  init(reading file: String) throws(Failure) {
    guard let document = try DocumentFile.read(file, RecoverPlanDocument.schema),
      let inputs = document["inputs"]?.elements?.compactMap(\.text), !inputs.isEmpty, let plan = RecoverPlan(document)
    else { throw Failure(.usage, "it is no plan of a recovery as 'recover plan --to' writes it", of: file) }
    // The ids of the new file are the plan's alone: nothing that is planned anew would show that they were changed.
    guard document["plan_checksum"]?.hex == plan.checksum else {
      throw Failure(.declined, "the plan was changed since it was saved: its checksum is another; plan anew", of: file)
    }
    self.init(inputs: inputs, plan: plan)
  }
}

extension RecoverPlan {
  fileprivate init?(_ document: JSONDocument) {
    guard let new = document["new_file"], let fileID = new["file_id"]?.hex, let newCluster = new["new_cluster"]?.hex,
      let term = new["term"]?.integer(UInt64.self), let byteCount = new["byte_count"]?.integer(UInt64.self),
      let sources = document["sources"]?.elements, let base = document["base"]?.integer(Int.self),
      let checkpointOp = document["checkpoint_op"]?.integer(UInt64.self),
      let checkpointID = document["checkpoint_id"]?.hex, let headOp = document["head_op"]?.integer(UInt64.self),
      let headTerm = document["head_term"]?.integer(UInt64.self), let headChecksum = document["head_checksum"]?.hex,
      let provenOp = document["proven_op"]?.integer(UInt64.self), let losses = document["losses"]?.elements,
      let cluster = document["cluster"]?.hex
    else { return nil }
    let readSources = sources.compactMap(Source.init)
    let readLosses = losses.compactMap(RecoverLoss.init)
    guard readSources.count == sources.count, readLosses.count == losses.count else { return nil }
    self.init(
      identity: RecoverIdentity(fileID: fileID, newCluster: newCluster), sources: readSources, base: base,
      checkpointOp: checkpointOp, checkpointID: checkpointID,
      head: LogPosition(op: headOp, term: headTerm, checksum: headChecksum), provenOp: provenOp, term: term,
      losses: readLosses, cluster: cluster, byteCount: byteCount)
  }
}

extension RecoverPlan.Source {
  fileprivate init?(_ document: JSONDocument) {
    guard let path = document["path"]?.text, let byteCount = document["file_size"]?.integer(UInt64.self),
      let isLive = document["live"]?.flag, let isRedacted = document["redacted"]?.flag,
      let isMarked = document["abandoned_repair"]?.flag, let entryCount = document["entries"]?.integer(UInt64.self)
    else { return nil }
    self.init(
      path: path, byteCount: byteCount, fileID: document["file_id"]?.hex,
      sequence: document["sequence"]?.integer(UInt64.self), superblock: document["superblock"]?.hex, isLive: isLive,
      isRedacted: isRedacted, isMarked: isMarked, entryCount: entryCount)
  }
}

extension RecoverLoss {
  fileprivate init?(_ document: JSONDocument) {
    if let slot = document["slot"]?.integer(Int.self) {
      self = .reply(slot: slot, op: document["op"]?.integer())
      return
    }
    let last = document["last_op"]?.integer(UInt64.self) ?? RecoverLoss.openEnd
    guard let first = document["first_op"]?.integer(UInt64.self), first <= last,
      let cause = document["cause"]?.text.flatMap(Cause.init(rawValue:))
    else { return nil }
    self = .ops(first...last, cause)
  }
}
