public import MKraftFormat
internal import MKraftReplica
public import MKraftStorage

/// A file that recovery looks into: the damaged one, an older copy of it, or an image of either.
public struct RecoverSource: Sendable {
  public let path: String
  /// Length of the file, bytes.
  public let byteCount: UInt64
  /// The superblock that it is opened at; without a quorum the newest copy. Nil if no copy is left.
  public let superblock: Superblock?
  /// Whether it is one that a file is opened at, so that nothing newer was acknowledged.
  public let isCertain: Bool
  /// Whether a replica ran on the file while it was read.
  public let isLive: Bool
  /// Whether keys and values were left out: what is in it can be judged, and not be built from.
  public let isRedacted: Bool
  /// Where the undo log was of a repair that was begun on it and is not finished; nil if none was.
  let unfinishedRepair: String?
  /// The log is known to have reached this op by a copy that is ahead of the superblock. 0 of a file in use: there a copy may be
  /// ahead at any time.
  let provenOp: UInt64
  let storage: any Storage
  /// Every update of which a copy is left, also in another copy's place.
  let superblocks: [Superblock]

  /// - Parameters:
  ///   - isUnsteady: of an image whose parts are not of one superblock: what contradicts in it is nothing that was lost.
  ///   - abandoningRepair: whether a repair that was begun is given up, and the file judged as it stands.
  public init(
    _ path: String, _ storage: any Storage, isLive: Bool = false, isUnsteady: Bool = false, isRedacted: Bool = false,
    abandoningRepair: Bool = false
  ) throws(RecoverRefusal) {
    guard !isUnsteady else { throw .unsteady(path: path) }
    self.path = path
    self.storage = storage
    self.isLive = isLive
    self.isRedacted = isRedacted
    byteCount = storage.byteCount
    let survey = SuperblockSurvey.read(storage)
    unfinishedRepair = RepairMarkScan.find(storage, survey.geometry)?.path
    if let unfinishedRepair, !abandoningRepair { throw .repairInProgress(path: path, log: unfinishedRepair) }
    let decision = SuperblockDecision(survey)
    if case .failure(let refusal) = decision.outcome {
      switch refusal {
      // Two histories: nothing tells which of them was acknowledged.
      case .fork, .notLinked, .identitiesDiffer, .newerFormat: throw .contradiction(path: path, refusal.name)
      case .copyAhead, .quorumLost, .notFound: break
      }
    }
    let atHome = survey.copies.compactMap(\.valid)
    let newest = atHome.max { $0.sequence < $1.sequence } ?? survey.onlyFile
    isCertain = decision.chosen != nil
    provenOp = isLive ? 0 : decision.provenOp
    superblock = decision.chosen ?? newest
    var found: [UInt128: Superblock] = [:]
    for one in atHome + survey.copies.compactMap(\.anySuperblock) + survey.sightings.map(\.superblock) {
      if let superblock, one.isSameFile(as: superblock) { found[one.checksum] = one }
    }
    superblocks = found.values.sorted { $0.sequence > $1.sequence }
    if superblocks.contains(where: { $0.features.unknownReadOnlyCompatible != 0 }) {
      throw .contradiction(path: path, FindingKind.featuresReadOnly.name)
    }
  }

  /// Whether the file's own superblock leaves room for an entry. One that was rolled back does not: no replica starts on the file, though
  /// all of its log is there.
  func allows(_ entry: PrepareHeader) -> Bool {
    guard let superblock else { return false }
    return entry.term <= superblock.logTerm && superblock.clean.map { entry.op <= $0.op } ?? true
  }

  /// What is there instead of a superblock copy, of a file that has none: the whole of it may have to be read.
  var absence: Finding { SuperblockInspection.absence(storage, SuperblockSurvey.read(storage), byteCount) }
}
