public import MKraftFormat
public import MKraftStorage

/// What a replica finds in its file before it writes anything: the decision whether and how to start. Tools run the same
/// code as a dry run, so they never call broken what a replica heals, nor sound what it refuses.
public struct Opening {
  public let survey: SuperblockSurvey
  public let superblockDecision: SuperblockDecision
  /// The superblock the file is opened at.
  public let superblock: Superblock
  /// What the checkpoint's trailers hold.
  public let checkpoint: CheckpointContents
  public let journal: JournalDecision
  /// Bytes of the file.
  public let byteCount: UInt64
  /// The replies of the checkpoint's sessions; what is missing of them follows from the log.
  public let replies: ReplyRecovery
  /// The header ring as it is to be.
  let image: JournalImage

  public var geometry: Geometry { superblock.geometry }

  /// How much of the log is read before a replica starts.
  public enum Bodies: Sendable {
    /// All of it.
    case verified
    /// What decides where the log ends. The replica that starts reads and verifies every entry before it writes anything to the
    /// log or takes a term, and halts at one that is damaged.
    case onTrust
  }

  /// The sessions of the checkpoint, with their replies.
  var sessions: [Session] { replies.sessions }

  /// Reads superblocks, both rings, and what of the checkpoint every start needs, and decides.
  /// - Throws: why a replica of the membership in the file would not start.
  public static func read(_ storage: any Storage, bodies: Bodies = .verified) throws(OpeningRefusal) -> Opening {
    try read(storage, survey: SuperblockSurvey.read(storage), bodies: bodies)
  }

  /// As above, on a survey made before.
  public static func read(
    _ storage: any Storage, survey: SuperblockSurvey, bodies: Bodies = .verified
  ) throws(OpeningRefusal) -> Opening {
    if let mark = RepairMarkScan.find(storage, survey.geometry) { throw .repairInProgress(mark) }
    let decision = SuperblockDecision(survey)
    let superblock: Superblock
    switch decision.outcome {
    case .success(let chosen): superblock = chosen
    case .failure(let refusal): throw .superblock(refusal)
    }
    let byteCount = storage.byteCount
    try admit(superblock, byteCount: byteCount, directAlignment: storage.directAlignment)
    let checkpoint: CheckpointContents
    do throws(CheckpointFault) {
      checkpoint = try CheckpointReader(storage, superblock).read()
    } catch { throw .checkpoint(error) }
    let image = JournalImage(geometry: superblock.geometry, cluster: superblock.cluster)
    let proven = decision.provenOp
    let journal =
      switch bodies {
      case .verified: JournalScan.run(storage, superblock, provenOp: proven) { image.recover($0, $1) }
      case .onTrust: JournalScan.runHeaders(storage, superblock, provenOp: proven) { image.recover($0, $1) }
      }
    guard journal.serves else { throw .journal(journal) }
    let head = journal.head.op
    let replies = ReplyRecovery(storage, superblock, checkpoint.sessions)
    if let newest = replies.newest, newest.op > head { throw .replyAhead(newest, head: head) }
    let lost = replies.lost { op in op <= head ? image.header(slot: superblock.geometry.slot(of: op)) : nil }
    guard lost.isEmpty else { throw .repliesLost(slots: lost) }
    return Opening(
      survey: survey, superblockDecision: decision, superblock: superblock, checkpoint: checkpoint, journal: journal,
      byteCount: byteCount, replies: replies, image: image)
  }

  /// Whether a replica may run on a file of this length, on a device of this alignment, whatever its log holds.
  public static func admit(
    _ superblock: Superblock, byteCount: UInt64, directAlignment: Int
  ) throws(OpeningRefusal) {
    let unknown = superblock.features.unknownReadOnlyCompatible
    guard unknown == 0 else { throw .readOnlyFeatures(unknown) }
    guard superblock.members.count == 1 else { throw .otherMembers(count: superblock.members.count) }
    let expected = superblock.checkpoint.storageSize
    guard byteCount >= expected else { throw .truncated(byteCount: byteCount, expected: expected) }
    guard Int(superblock.geometry.ioUnit) >= directAlignment else {
      throw .ioUnitTooSmall(ioUnit: superblock.geometry.ioUnit, device: directAlignment)
    }
  }
}
