public import MKraftFormat
public import MKraftStorage

/// The superblock a log is read by: it names the geometry, the checkpoint, and what of the log is void.
public struct LogSource: Sendable {
  /// Why the superblock is not the one a replica would open at; nil if it is.
  public let refusal: SuperblockDecision.Refusal?
  public let superblock: Superblock
  /// Where the superblock was found, bytes from the start of the file; nil if it was found nowhere.
  public let offset: UInt64?
  /// What a supplied geometry and the rings tell, if no superblock stands in the file.
  public let assumption: AssumedSuperblock?

  /// The superblock that a replica would open at, else the newest that is right by itself, wherever it stands: any one is
  /// enough to find the rings. Nil if there is none.
  ///
  /// With copies of two files or geometries the first one is taken, at its home if possible: which is the right one is not
  /// for a tool to choose, and `refusal` says so.
  public init?(_ survey: SuperblockSurvey) {
    let sightings = survey.sightings
    assumption = nil
    switch SuperblockDecision(survey).outcome {
    case .success(let chosen):
      refusal = nil
      superblock = chosen
      offset = sightings.first { $0.isAtHome && $0.superblock.checksum == chosen.checksum }?.offset ?? 0
    case .failure(let reason):
      refusal = reason
      let atHome = sightings.filter(\.isAtHome)
      let candidates = atHome.isEmpty ? sightings : atHome
      guard let first = candidates.first else { return nil }
      let newest = candidates.filter { $0.superblock.isSameFile(as: first.superblock) }
        .reduce(first) { $1.superblock.sequence > $0.superblock.sequence ? $1 : $0 }
      superblock = newest.superblock
      offset = newest.offset
    }
  }

  /// For want of any superblock.
  init(_ assumption: AssumedSuperblock) {
    refusal = .notFound
    superblock = assumption.superblock
    offset = nil
    self.assumption = assumption
  }

  /// The superblock of the file, else what a geometry that was supplied for it makes of the rings. Nil if there is neither, or
  /// if a newer release has written the file.
  public static func find(
    _ storage: any Storage, _ survey: SuperblockSurvey, _ supplied: SuppliedGeometry?
  ) -> LogSource? {
    if let source = LogSource(survey) { return source }
    guard let supplied, case .failure(.notFound) = SuperblockDecision(survey).outcome else { return nil }
    return LogSource(AssumedSuperblock.derive(from: storage, supplied))
  }

  /// Whether a replica would open the file at this superblock.
  public var isChosen: Bool { refusal == nil }
}
