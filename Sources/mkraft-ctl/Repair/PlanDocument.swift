internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// A plan as a JSON document, and back. It names its sources by path and holds none of their bytes.
struct PlanDocument {
  static let schema = JSONSchema("mkraft-ctl-repair-plan", version: 1)

  /// Of the damaged file.
  let path: String
  let allowed: Set<RepairMethod>
  let plan: RepairPlan

  // MARK: Writing

  func write(to json: JSONWriter, _ planning: RepairPlanning) {
    json.field("path", path)
    let subject = plan.subject
    json.object("subject") {
      json.field("cluster", hex: subject.cluster)
      json.field("member", hex: subject.member)
      json.field("file_id", hex: subject.fileID)
      json.field("sequence", subject.sequence)
      json.field("superblock", hex: subject.superblock)
      json.geometry(subject.geometry)
      json.field("size_before", subject.sizeBefore)
      json.field("size_after", subject.sizeAfter)
    }
    json.field("plan_checksum", hex: plan.checksum)
    json.field("needs_copy", plan.needsCopy)
    json.array("allowed") { for method in allowed.map(\.name).sorted() { json.string(method) } }
    json.array("sources") {
      for source in plan.sources {
        json.object {
          json.field("role", source.role.rawValue)
          json.field("path", source.path)
        }
      }
    }
    json.array("actions") { for action in plan.actions { write(action, to: json) } }
    json.array("withheld") { for action in planning.withheld { write(action, to: json) } }
    let isRefused = planning.after.verdict.start.reason != nil
    json.array("declined") {
      for declined in planning.declined {
        json.object {
          json.field("reason", declined.reason)
          json.key("finding")
          json.finding(declined.finding, startRefused: isRefused)
        }
      }
    }
    json.field("before", plan.before)
    json.field("after", plan.after)
    json.field("exit", plan.before)
  }

  private func write(_ action: RepairAction, to json: JSONWriter) {
    json.object {
      json.field("method", action.method.name)
      json.field("finding", action.finding.name)
      json.field("copy", action.copy)
      json.field("slot", action.slot)
      json.field("op", action.op)
      json.field("block", action.block)
      json.field("offset", action.range.lowerBound)
      json.field("byte_count", action.range.upperBound - action.range.lowerBound)
      json.field("old_checksum", hex: action.oldChecksum)
      json.field("new_checksum", hex: action.newChecksum)
      json.field("source", action.source)
      json.field("risk", action.method.risk.rawValue)
      json.field("rule", action.method.rule)
      json.field("why", action.method.words)
    }
  }

  /// Creates the file; nothing is ever replaced.
  func save(to path: FilePath, _ planning: RepairPlanning) throws(Failure) {
    try DocumentFile.save(to: path, PlanDocument.schema) { write(to: $0, planning) }
  }

  // MARK: Reading

  init(path: String, allowed: Set<RepairMethod>, plan: RepairPlan) {
    self.path = path
    self.allowed = allowed
    self.plan = plan
  }

  /// Reads a plan that was saved. What it says is compared with what is planned anew before anything is done.
  init(reading file: String) throws(Failure) {
    guard let document = try DocumentFile.read(file, PlanDocument.schema),
      let path = document["path"]?.text, let names = document["allowed"]?.elements?.compactMap(\.text),
      let plan = RepairPlan(document)
    else { throw PlanDocument.failure(file) }
    self.init(path: path, allowed: Set(names.compactMap(RepairMethod.init(rawValue:))), plan: plan)
    // Where the file and the sources lie is not in it: they may have been moved, and the plan told so.
    guard document["plan_checksum"]?.hex == plan.checksum else {
      throw Failure(
        .declined, "the plan was changed since it was saved: its checksum is another; plan anew", of: file,
        next: planAgain())
    }
    guard !plan.hasOverlap else { throw PlanDocument.failure(file) }
  }

  private static func failure(_ file: String) -> Failure {
    Failure(.usage, "it is no plan of a repair as 'repair plan --to' writes it", of: file)
  }
}

extension RepairPlan {
  fileprivate init?(_ document: JSONDocument) {
    guard let subject = document["subject"].flatMap(Subject.init),
      let sources = document["sources"]?.elements?.compactMap(RepairSource.init),
      let elements = document["actions"]?.elements, let needsCopy = document["needs_copy"]?.flag,
      let before = document["before"].flatMap(ExitCode.init(document:)),
      let after = document["after"].flatMap(ExitCode.init(document:))
    else { return nil }
    let actions = elements.compactMap(RepairAction.init)
    guard actions.count == elements.count else { return nil }
    self.init(
      subject: subject, sources: sources, actions: actions, needsCopy: needsCopy, before: before, after: after)
  }
}

extension RepairPlan.Subject {
  fileprivate init?(_ document: JSONDocument) {
    guard let cluster = document["cluster"]?.hex, let member = document["member"]?.hex,
      let fileID = document["file_id"]?.hex, let sequence = document["sequence"]?.integer(UInt64.self),
      let superblock = document["superblock"]?.hex, let geometry = document["geometry"].flatMap(Geometry.init),
      let sizeBefore = document["size_before"]?.integer(UInt64.self),
      let sizeAfter = document["size_after"]?.integer(UInt64.self)
    else { return nil }
    self.init(
      cluster: cluster, member: member, fileID: fileID, sequence: sequence, superblock: superblock,
      geometry: geometry, sizeBefore: sizeBefore, sizeAfter: sizeAfter)
  }
}

extension RepairSource {
  fileprivate init?(_ document: JSONDocument) {
    guard let role = document["role"]?.text.flatMap(Role.init(rawValue:)), let path = document["path"]?.text else {
      return nil
    }
    self.init(role, path)
  }
}

extension RepairAction {
  fileprivate init?(_ document: JSONDocument) {
    guard let method = document["method"]?.text.flatMap(RepairMethod.init(rawValue:)),
      let finding = document["finding"]?.text.flatMap(FindingKind.init(rawValue:)),
      let offset = document["offset"]?.integer(UInt64.self), let count = document["byte_count"]?.integer(UInt64.self),
      offset <= 1 << 62, count <= 1 << 62
    else { return nil }
    self.init(method, finding, range: offset..<offset + count)
    copy = document["copy"]?.integer()
    slot = document["slot"]?.integer()
    op = document["op"]?.integer()
    block = document["block"]?.integer()
    oldChecksum = document["old_checksum"]?.hex
    newChecksum = document["new_checksum"]?.hex
    source = document["source"]?.integer()
  }
}

extension Geometry {
  fileprivate init?(_ document: JSONDocument) {
    func number(_ name: String) -> UInt32? { document[name]?.integer() }
    guard let ioUnit = number("io_unit"), let slotCount = number("slot_count"),
      let messageSize = number("message_size"), let pipeline = number("pipeline"),
      let interval = number("checkpoint_interval"), let headroom = number("headroom"),
      let sessions = number("sessions"), let blockSize = number("block_size"),
      let blocks = document["grid_blocks_max"]?.integer(UInt64.self)
    else { return nil }
    self.init(
      ioUnit: ioUnit, slotCount: slotCount, messageSize: messageSize, pipeline: pipeline,
      checkpointInterval: interval, headroom: headroom, sessions: sessions, blockSize: blockSize,
      gridBlocksMax: blocks)
  }
}

extension MKraftOutput.ExitCode {
  fileprivate init?(document: JSONDocument) {
    guard let number = document["code"]?.integer(UInt8.self) else { return nil }
    self.init(rawValue: number)
  }
}
