public import MKraftFormat
public import MKraftOutput
public import MKraftStorage

/// An item of a file: what stands there, what a replica decides about it and why, and which findings touch it.
public struct ItemExplanation: Sendable {
  public enum Detail: Sendable {
    /// The inspection of all copies, and the index of the place that the copy belongs at.
    case superblock(SuperblockInspection, place: Int)
    case slot(SlotExplanation)
    case reply(ReplyExplanation)
    case block(BlockExplanation)
  }

  public enum Refusal: Error, Sendable, Equatable {
    /// No superblock tells where the item lies.
    case placeUnknown
    /// This file has no such item; which it has, in words.
    case notThere(choices: String)
  }

  /// Most findings kept that touch the item.
  public static let findingLimit = 1000

  public let item: ExplainedItem
  /// The bytes of the file that it takes.
  public let structures: [(target: DumpTarget, range: Range<UInt64>)]
  /// The superblock that it is judged by; nil if there is none.
  public let superblock: Superblock?
  public let detail: Detail
  /// The verification of the part that it lies in. Of its findings only those are kept that touch the item.
  public let report: VerificationReport

  /// Those that touch it, the worst first.
  public var findings: [Finding] {
    guard case .slot(let slot) = detail, slot.inspection.replyAhead != nil else { return report.findings }
    // That the log is older than a reply is about each of its slots. The verification of the log does not look at replies.
    let ahead = slot.inspection.findings.filter { $0.kind == .replyAhead }
    let worse = report.findings.prefix { $0.exitCode > FindingKind.replyAhead.exitCode }
    return worse + ahead + report.findings.dropFirst(worse.count)
  }
  /// The worst of the findings that touch it: a verdict on the item alone.
  public var exitCode: ExitCode { ExitCode.worst(findings.map(\.exitCode)) ?? .sound }
  /// Whether the verdict on the part rests on other findings too.
  public var otherCount: Int { report.findingCount - report.findings.count }
  /// Whether one of those is more than a note.
  public var hasOtherConcern: Bool {
    let concerns = report.counts.reduce(0) { $1.kind.severity > .note ? $0 + $1.count : $0 }
    return concerns > report.findings.count { $0.severity > .note }
  }

  /// Why the replica's decision is what it is, each a sentence without its stop.
  public var reasons: [String] {
    switch detail {
    case .superblock(let inspection, let index):
      let place = inspection.places[index]
      return ["the copy is \(place.state.rawValue)" + (place.reason.map { ": \($0)" } ?? ""), inspection.reason]
    case .slot(let slot): return slot.reasons
    case .reply(let reply): return reply.reasons
    case .block(let block): return block.reasons
    }
  }

  /// Reads the item, and verifies the part of the file that it lies in.
  /// - Parameter options: its scope and choice of findings are set here.
  public static func read(
    _ storage: any Storage, _ item: ExplainedItem, _ options: Verification.Options,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(Refusal) -> ItemExplanation {
    let inspection = SuperblockInspection.read(storage, isLive: options.isLive && !options.isFrozen)
    let superblock = LogSource(inspection.survey)?.superblock
    let geometry = superblock?.geometry ?? inspection.geometry
    let structures = try place(item, geometry)
    let detail = try detail(storage, item, inspection, superblock, isLive: options.isLive)
    let ranges = structures.map { $0.range }
    var options = options
    options.scope = item.scope
    options.findingsLimit = findingLimit
    options.isWanted = { item.isTouched(by: $0, ranges, geometry) }
    let report = Verification.run(storage, options, progress: progress)
    return ItemExplanation(
      item: item, structures: structures, superblock: superblock, detail: detail, report: report)
  }

  private static func place(
    _ item: ExplainedItem, _ geometry: Geometry?
  ) throws(Refusal) -> [(target: DumpTarget, range: Range<UInt64>)] {
    guard let geometry else {
      // Every file begins with copy 0, whatever its geometry is.
      guard item == .superblock(0) else { throw .placeUnknown }
      return [(.superblock(0), 0..<UInt64(Superblock.byteCount))]
    }
    guard let targets = item.structures(geometry) else {
      let example: DumpTarget =
        switch item {
        case .superblock: .superblock(0)
        case .slot, .op: .header(slot: 0)
        case .reply: .reply(slot: 0)
        case .block: .block(1)
        }
      throw .notThere(choices: example.choices(geometry))
    }
    return targets.compactMap { target in target.range(geometry).map { (target, $0) } }
  }

  private static func detail(
    _ storage: any Storage, _ item: ExplainedItem, _ inspection: SuperblockInspection, _ superblock: Superblock?,
    isLive: Bool
  ) throws(Refusal) -> Detail {
    if case .superblock(let copy) = item {
      guard let place = inspection.places.firstIndex(where: { $0.home == copy }) else { throw .placeUnknown }
      return .superblock(inspection, place: place)
    }
    guard let superblock else { throw .placeUnknown }
    switch item {
    case .slot(let slot): return .slot(try row(storage, slot, asked: nil, isLive))
    case .op(let op):
      let last = superblock.geometry.lastOp(after: superblock.checkpoint.op)
      guard op <= last else {
        throw .notThere(choices: "this file has room for ops up to \(last) until its next checkpoint")
      }
      return .slot(try row(storage, superblock.geometry.slot(of: op), asked: op, isLive))
    case .reply(let slot): return .reply(.read(storage, superblock, slot))
    case .block(let address): return .block(.read(storage, superblock, address))
    case .superblock: preconditionFailure("dealt with above")
    }
  }

  private static func row(
    _ storage: any Storage, _ slot: Int, asked: UInt64?, _ isLive: Bool
  ) throws(Refusal) -> SlotExplanation {
    guard let inspection = try? LogInspection.read(storage, depth: .bodies, isLive: isLive, onlySlot: slot),
      let row = inspection.row(ofSlot: slot, of: storage)
    else { throw .placeUnknown }
    return SlotExplanation(row: row, inspection: inspection, askedOp: asked)
  }
}
