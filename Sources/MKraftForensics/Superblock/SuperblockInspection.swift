public import MKraftFormat
public import MKraftStorage

/// All that stands in a file's superblocks: every copy, what a replica makes of them, and every field side by side.
///
/// It needs no quorum and no intact copy. The rings are not read.
public struct SuperblockInspection: Sendable {
  /// Who tells the geometry, the most trustworthy first.
  public enum GeometryOrigin: Sendable, Equatable {
    /// Copies that are right by themselves and at home.
    case copies
    /// A copy that is right by itself, and not where it belongs.
    case strayCopy
    case supplied(SuppliedGeometry)
    /// A damaged copy whose numbers break no invariant and give the place it stands at.
    case damagedCopy
  }

  /// Most places shown that no copy belongs to.
  public static let strayLimit = 64

  public let survey: SuperblockSurvey
  public let decision: SuperblockDecision
  /// Length of the file, bytes.
  public let byteCount: UInt64
  /// What the homes follow from.
  public let geometry: Geometry?
  /// Where `geometry` comes from; nil if there is none.
  public let geometryOrigin: GeometryOrigin?
  /// Whether `geometry` comes from copies that are right by themselves and at home.
  public var isGeometryCertain: Bool { geometryOrigin == .copies }
  /// First the four homes, as far as they are known, then other places where a superblock stands.
  public let places: [SuperblockPlace]
  /// Whether there are more places than are kept.
  public let isStrayLimitReached: Bool
  /// The mark of a repair that is not finished, with which no replica opens the file whatever its superblocks are.
  public let mark: RepairMark?
  /// What follows from there being no superblock that counts; nil if there is one.
  let absence: Finding?
  let look: SuperblockLook
  /// Of an image whose parts are not of one superblock.
  let isUnsteady: Bool

  /// Reads the superblocks of `storage`; of a file in use again, a bounded number of times, until no update is under way.
  /// - Parameters:
  ///   - scanning: look at every 1 MiB boundary up to the grid, even if the homes are certain.
  ///   - supplied: tells the homes if no copy does.
  ///   - isLive: whether a replica runs on the file.
  ///   - isUnsteady: of an image whose parts are not of one superblock: what contradicts is no finding about the file.
  public static func read(
    _ storage: any Storage, scanning: Bool = false, supplied: SuppliedGeometry? = nil, isLive: Bool = false,
    isUnsteady: Bool = false
  ) -> SuperblockInspection {
    let look = SuperblockLook(storage, isLive: isLive, scanning: scanning, settles: true)
    return SuperblockInspection(storage, look, supplied, isUnsteady: isUnsteady)
  }

  private init(
    _ storage: any Storage, _ look: SuperblockLook, _ supplied: SuppliedGeometry?, isUnsteady: Bool
  ) {
    self.look = look
    self.isUnsteady = isUnsteady
    survey = look.survey
    decision = look.decision
    byteCount = storage.byteCount
    let chosen = decision.chosen
    func place(_ offset: UInt64, _ home: Int?) -> SuperblockPlace {
      SuperblockPlace(storage, offset: offset, home: home, chosen: chosen)
    }
    // Only a scan has looked elsewhere; then all that carries the magic is worth a look, damaged or not.
    let marked = survey.isScan ? SuperblockInspection.marked(storage, survey) : []
    let strays = marked.map { place($0, nil) }
    (geometry, geometryOrigin) = SuperblockInspection.geometry(survey, strays, supplied)
    var places = [place(0, 0)]
    if let geometry {
      places = (0..<Superblock.copyCount).map { place(geometry.offset(of: .superblock($0)), $0) }
    }
    let homes = places.map(\.offset)
    let others = strays.filter { !homes.contains($0.offset) }
    self.places = SuperblockInspection.refine(
      places + others.prefix(SuperblockInspection.strayLimit), decision)
    isStrayLimitReached = others.count > SuperblockInspection.strayLimit
    mark = RepairMarkScan.find(storage, geometry)
    if case .failure(.notFound) = decision.outcome {
      absence = SuperblockInspection.absence(storage, survey, byteCount)
    } else {
      absence = nil
    }
  }

  /// Offsets of the boundaries of the scan at which a superblock's magic stands; one more than the limit beside the homes. Like the
  /// scan it never goes into the grid, not even if the copies differ in where that is (rule R10).
  private static func marked(_ storage: any Storage, _ survey: SuperblockSurvey) -> [UInt64] {
    let probe = IOBuffer(byteCount: IOBuffer.pageAlignment)
    var found: [UInt64] = []
    var offset: UInt64 = 0
    while let boundary = storage.nextBoundary(from: offset), boundary < survey.scanEnd,
      found.count <= strayLimit + Superblock.copyCount
    {
      offset = boundary
      defer { offset += Geometry.zoneAlignment }
      guard let count = try? storage.read(probe.byteCount, at: offset, into: probe), count == probe.byteCount else {
        continue
      }
      if probe.bytes.load(Superblock.Layout.magic) == Superblock.magic { found.append(offset) }
    }
    return found
  }

  /// Why there is no superblock: is it another kind of file, or one of ours whose superblocks are gone? Only then the rest of
  /// the file is searched, up to the first structure of ours.
  static func absence(_ storage: any Storage, _ survey: SuperblockSurvey, _ byteCount: UInt64) -> Finding {
    if let sighting = survey.sightings.first { return absence(sighting) }
    return absence(TraceScan.run(storage, byteCount: byteCount, ScanBudget()) { _ in }, survey, byteCount)
  }

  static func absence(_ outcome: TraceScan.Outcome, _ survey: SuperblockSurvey, _ byteCount: UInt64) -> Finding {
    if case .damaged(let defect)? = survey.copies.first, let found = SuperblockFindings.unusable(defect) {
      return found
    }
    if byteCount == 0 { return Finding(.notOurFormat, evidence: "the file is empty") }
    if !outcome.readAnything {
      return Finding(.nothingReadable, range: 0..<byteCount, evidence: "every read of \(byteCount) bytes failed")
    }
    if let trace = outcome.trace {
      return Finding(
        .superblockNotFound, evidence: "a whole \(trace.kind.name) header stands at byte \(trace.offset)")
    }
    if let sighting = survey.sightings.first { return absence(sighting) }
    return Finding(.notOurFormat, evidence: "no structure of a data file validates in its \(byteCount) bytes")
  }

  private static func absence(_ sighting: SuperblockSurvey.Sighting) -> Finding {
    Finding(
      .superblockNotFound,
      evidence: "a copy of a superblock stands at byte \(sighting.offset), which is not its place")
  }

  private static func geometry(
    _ survey: SuperblockSurvey, _ strays: [SuperblockPlace], _ supplied: SuppliedGeometry?
  ) -> (Geometry?, GeometryOrigin?) {
    if let geometry = survey.geometry { return (geometry, .copies) }
    if let only = survey.onlyFile { return (only.geometry, .strayCopy) }
    // Two identities or two geometries are reported, never chosen between (rule R10).
    guard survey.sightings.isEmpty else { return (nil, nil) }
    if let supplied { return (supplied.geometry, .supplied(supplied)) }
    return guess(strays).map { ($0, .damagedCopy) } ?? (nil, nil)
  }

  /// The geometry of the first damaged copy whose numbers break no invariant and give the place it stands at.
  private static func guess(_ places: [SuperblockPlace]) -> Geometry? {
    for place in places {
      guard let bytes = place.bytes, place.state == .damaged else { continue }
      let shown = Superblock(unverified: bytes.rawSpan)
      guard shown.geometry.brokenInvariants.isEmpty, (0..<Superblock.copyCount).contains(shown.copy) else { continue }
      if shown.geometry.offset(of: .superblock(shown.copy)) == place.offset { return shown.geometry }
    }
    return nil
  }
}

extension SuperblockInspection {
  /// The superblock that speaks for the file: the chosen one, else the newest that is right by itself.
  public var representative: Superblock? {
    decision.chosen ?? places.compactMap(\.superblock).max { $0.sequence < $1.sequence }
  }

  /// Whether a replica refuses to start on the file, as far as superblocks and the mark of a repair tell.
  public var isStartRefused: Bool { decision.chosen == nil || mark != nil }

  /// Why a replica opens the file at this superblock, or at none.
  public var reason: String {
    switch decision.outcome {
    case .success(let chosen):
      let holders = places.filter { $0.state == .current }.compactMap(\.home)
      let copies = holders.map(String.init).joined(separator: ", ")
      guard holders.count >= Superblock.openThreshold else {
        return
          "no two copies agree; sequence \(chosen.sequence) (copy \(copies)) is the one before the newest, which was never established, for two copies are older than it"
      }
      return
        "sequence \(chosen.sequence) is the highest that at least \(Superblock.openThreshold) copies hold (\(copies)), and the others do not contradict it"
    case .failure(let refusal): return refusal.reason
    }
  }
}

extension SuperblockDecision.Refusal {
  /// Why, in words.
  public var reason: String {
    switch self {
    case .notFound: "no copy is a superblock that is right by itself"
    case .newerFormat: "a newer release wrote the file"
    case .identitiesDiffer: "the copies are of two files or two geometries, and a tool does not choose between them"
    case .fork(let sequence):
      "two copies of sequence \(sequence) have different checksums: two histories, of which one would be lost"
    case .copyAhead(let copy, let sequence, let chosen):
      "copy \(copy) has sequence \(sequence), more than one ahead of \(chosen), the highest that two copies hold: opening there would roll back an acknowledged state"
    case .notLinked(let copy, let sequence, let chosen):
      "copy \(copy) of sequence \(sequence) and sequence \(chosen) are not linked by parent: they are of two histories"
    case .quorumLost(let newest):
      "no sequence is held by \(Superblock.openThreshold) copies; the newest copy has sequence \(newest), which bounds term, commit and checkpoint from below"
    }
  }
}

extension SuperblockSurvey {
  /// The newest copy of all that were found, at home or not, if they are of one file.
  var onlyFile: Superblock? {
    guard let first = sightings.first?.superblock, sightings.allSatisfy({ $0.superblock.isSameFile(as: first) }) else {
      return nil
    }
    return sightings.map(\.superblock).max { $0.sequence < $1.sequence }
  }
}
