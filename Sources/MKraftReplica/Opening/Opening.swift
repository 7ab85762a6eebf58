public import MKraftFormat
public import MKraftStorage

/// What a replica finds in its file before it writes anything: the decision whether and how to start. Tools run the same
/// code as a dry run, so they never call broken what a replica heals, nor sound what it refuses.
public struct Opening {
  public let survey: SuperblockSurvey
  public let superblockDecision: SuperblockDecision
  /// The superblock the file is opened at.
  public let superblock: Superblock
  public let journal: JournalDecision
  /// The header ring as it is to be.
  let image: JournalImage

  public var geometry: Geometry { superblock.geometry }

  /// Reads superblocks and both rings of `storage` and decides.
  /// - Throws: why a replica of the membership in the file would not start.
  public static func read(_ storage: any Storage) throws(OpeningRefusal) -> Opening {
    try read(storage, survey: SuperblockSurvey.read(storage))
  }

  /// As above, on a survey made before.
  public static func read(_ storage: any Storage, survey: SuperblockSurvey) throws(OpeningRefusal) -> Opening {
    let decision = SuperblockDecision(survey)
    let superblock: Superblock
    switch decision.outcome {
    case .success(let chosen): superblock = chosen
    case .failure(let refusal): throw .superblock(refusal)
    }
    try admit(superblock, byteCount: storage.byteCount, directAlignment: storage.directAlignment)
    let image = JournalImage(geometry: superblock.geometry, cluster: superblock.cluster)
    let journal = JournalScan.run(storage, superblock) { image.recover($0, $1) }
    guard journal.serves else { throw .journal(journal) }
    return Opening(
      survey: survey, superblockDecision: decision, superblock: superblock, journal: journal, image: image)
  }

  /// Whether a replica may run on a file of this length, on a device of this alignment, whatever its log holds.
  public static func admit(
    _ superblock: Superblock, byteCount: UInt64, directAlignment: Int
  ) throws(OpeningRefusal) {
    let unknown = superblock.features.unknownReadOnlyCompatible
    guard unknown == 0 else { throw .readOnlyFeatures(unknown) }
    guard superblock.members.count == 1 else { throw .otherMembers(count: superblock.members.count) }
    guard superblock.checkpoint.isEmpty else { throw .checkpointUnsupported(op: superblock.checkpoint.op) }
    let expected = superblock.checkpoint.storageSize
    guard byteCount >= expected else { throw .truncated(byteCount: byteCount, expected: expected) }
    guard Int(superblock.geometry.ioUnit) >= directAlignment else {
      throw .ioUnitTooSmall(ioUnit: superblock.geometry.ioUnit, device: directAlignment)
    }
  }
}
