public import MKraftFormat

/// Which superblock a file is opened at, decided from what stands at the four homes (rule R9).
public struct SuperblockDecision: Sendable {
  /// Why no superblock can be opened at, or must not be.
  public enum Refusal: Error, Sendable, Equatable {
    /// Nothing of ours stands at any home.
    case notFound
    /// What is there needs a newer release.
    case newerFormat
    /// Copies of two files, or of two geometries.
    case identitiesDiffer
    /// Two copies of one sequence with different checksums.
    case fork(sequence: UInt64)
    /// A copy is more than one update ahead of the quorum's: opening would roll back an acknowledged state.
    case copyAhead(copy: Int, sequence: UInt64, chosen: UInt64)
    /// Two copies of successive sequences that are not linked by parent.
    case notLinked(copy: Int, sequence: UInt64, chosen: UInt64)
    /// No sequence is held by two copies, nor shown to be established by the copies behind it. What one copy says still bounds term, commit and checkpoint from below.
    case quorumLost(newest: UInt64)

    public var name: String {
      switch self {
      case .notFound: "superblock-not-found"
      case .newerFormat: "format-newer"
      case .identitiesDiffer: "superblock-identities-differ"
      case .fork: "superblock-fork"
      case .copyAhead: "superblock-copy-ahead"
      case .notLinked: "superblock-not-linked"
      case .quorumLost: "superblock-quorum-lost"
      }
    }
  }

  /// What a copy is in the light of the choice.
  public enum CopyState: String, Sendable {
    /// The chosen superblock.
    case current
    /// An earlier update.
    case stale
    /// The beginning of an update that was never acknowledged.
    case unacknowledged
    /// Right by itself, while none can be chosen.
    case valid
    case misdirected
    /// A newer release's.
    case newer
    case damaged
    case unreadable
    case missing
  }

  public let outcome: Result<Superblock, Refusal>
  /// One per home.
  public let states: [CopyState]
  /// Copies to write before any effect leaves the replica, in this order: first homes with nothing of worth, last the homes
  /// that hold something, so that the only instance of anything is never overwritten before the chosen state is safe. All of
  /// them must be written, and a file with an unacknowledged copy that cannot be is not to be updated: the next update would
  /// have that copy's sequence, which is a fork.
  public let repairs: [Int]
  /// The log is known to have reached this op: the beginning of an update that was never acknowledged still says what had been
  /// committed before it (rule R9). 0 if there is none. The rings reach it, unless they are of an older state than that copy; a
  /// replica that started would then write over the only evidence.
  public let provenOp: UInt64

  public var chosen: Superblock? { try? outcome.get() }

  /// Whether the file may only be read: a feature this release does not know (rule R5).
  public var isReadOnly: Bool { (chosen?.features.unknownReadOnlyCompatible ?? 0) != 0 }

  public init(_ survey: SuperblockSurvey) {
    let atHome = survey.sightings.filter(\.isAtHome).map(\.superblock)
    if let one = atHome.first, !atHome.allSatisfy({ $0.isSameFile(as: one) }) {
      self.init(refusing: .identitiesDiffer, survey.copies)
    } else if atHome.isEmpty && survey.sawNewerFormat {
      self.init(refusing: .newerFormat, survey.copies)
    } else {
      self.init(copies: survey.copies)
    }
  }

  /// Decides from the observations at the four homes alone.
  public init(copies: [CopyObservation]) {
    let valid = copies.enumerated().compactMap { index, copy in copy.valid.map { (index, $0) } }
    let seen = SuperblockDecision.witnesses(copies)
    if let refusal = SuperblockDecision.contradiction(among: seen) {
      self.init(refusing: refusal, copies)
      return
    }
    // Two copies of a newer release outrank whatever older ones are left, as any two copies do.
    let newer = copies.count(where: \.isNewerFormat)
    guard let newest = valid.map(\.1.sequence).max(), newer < Superblock.openThreshold else {
      self.init(refusing: newer > 0 ? .newerFormat : .notFound, copies)
      return
    }
    let held = valid.map(\.1).filter { superblock in
      valid.count { $0.1.sequence == superblock.sequence } >= Superblock.openThreshold
    }
    let agreed = held.max { $0.sequence < $1.sequence }
    guard let chosen = agreed ?? SuperblockDecision.established(before: newest, valid.map(\.1)) else {
      self.init(refusing: .quorumLost(newest: newest), copies)
      return
    }
    if let refusal = SuperblockDecision.broken(link: chosen, among: seen) {
      self.init(refusing: refusal, copies)
      return
    }
    let states = copies.map { SuperblockDecision.state(of: $0, chosen: chosen) }
    let worthless = states.indices.filter { [.damaged, .unreadable, .missing].contains(states[$0]) }
    let replaceable = states.indices.filter { [.stale, .misdirected].contains(states[$0]) }
    let unacknowledged = states.indices.filter { [.unacknowledged, .newer].contains(states[$0]) }
    let ahead = seen.map(\.1).filter { $0.sequence > chosen.sequence }
    self.init(
      outcome: .success(chosen), states: states, repairs: worthless + replaceable + unacknowledged,
      provenOp: ahead.map(\.committedOp).max() ?? 0)
  }

  private init(outcome: Result<Superblock, Refusal>, states: [CopyState], repairs: [Int], provenOp: UInt64) {
    self.outcome = outcome
    self.states = states
    self.repairs = repairs
    self.provenOp = provenOp
  }

  private init(refusing refusal: Refusal, _ copies: [CopyObservation]) {
    let states = copies.map { SuperblockDecision.state(of: $0, chosen: nil) }
    self.init(outcome: .failure(refusal), states: states, repairs: [], provenOp: 0)
  }

  /// The state before an update that stands in one copy, where no two copies agree: so it is found after a crash that tore another
  /// copy, while a third could not be written for long. An update is established in three copies, so that one which two copies are
  /// behind never was; and it was begun when the one that it names as its parent was established.
  /// - Parameter copies: those that count, each of another sequence.
  private static func established(before newest: UInt64, _ copies: [Superblock]) -> Superblock? {
    let behind = copies.filter { $0.sequence < newest }
    guard behind.count > Superblock.copyCount - Superblock.writeThreshold,
      let begun = copies.first(where: { $0.sequence == newest })
    else { return nil }
    return behind.first { $0.sequence == newest - 1 && $0.checksum == begun.parent }
  }

  /// The superblocks that testify against a choice: those that count, and misdirected ones of the same file, which do not
  /// count but prove what was once written.
  private static func witnesses(_ copies: [CopyObservation]) -> [(Int, Superblock)] {
    let one = copies.lazy.compactMap(\.valid).first
    return copies.enumerated().compactMap { index, copy in
      guard let superblock = copy.anySuperblock else { return nil }
      guard copy.valid != nil || one.map({ $0.isSameFile(as: superblock) }) == true else { return nil }
      return (index, superblock)
    }
  }

  private static func contradiction(among seen: [(Int, Superblock)]) -> Refusal? {
    guard let first = seen.first?.1 else { return nil }
    guard seen.allSatisfy({ $0.1.isSameFile(as: first) }) else { return .identitiesDiffer }
    for (index, (_, one)) in seen.enumerated() {
      for (_, other) in seen[..<index] {
        if one.sequence == other.sequence && one.checksum != other.checksum { return .fork(sequence: one.sequence) }
      }
    }
    return nil
  }

  /// Copies next to the chosen sequence must be linked to it, and none may be further ahead.
  private static func broken(link chosen: Superblock, among seen: [(Int, Superblock)]) -> Refusal? {
    for (index, copy) in seen where copy.sequence != chosen.sequence {
      if copy.sequence > chosen.sequence {
        guard copy.sequence - chosen.sequence == 1 else {
          return .copyAhead(copy: index, sequence: copy.sequence, chosen: chosen.sequence)
        }
        guard copy.parent == chosen.checksum else {
          return .notLinked(copy: index, sequence: copy.sequence, chosen: chosen.sequence)
        }
      } else if chosen.sequence - copy.sequence == 1, chosen.parent != copy.checksum {
        return .notLinked(copy: index, sequence: copy.sequence, chosen: chosen.sequence)
      }
    }
    return nil
  }

  private static func state(of copy: CopyObservation, chosen: Superblock?) -> CopyState {
    switch copy {
    case .damaged(let defect): defect.isNewerFormat ? .newer : .damaged
    case .unreadable: .unreadable
    case .beyondEnd: .missing
    case .misdirected: .misdirected
    case .valid(let superblock):
      if let chosen {
        superblock.sequence == chosen.sequence
          ? .current : superblock.sequence < chosen.sequence ? .stale : .unacknowledged
      } else {
        .valid
      }
    }
  }
}

extension Superblock {
  /// Whether both belong to one file: cluster, member, file_id and geometry.
  public func isSameFile(as other: Superblock) -> Bool {
    cluster == other.cluster && member == other.member && fileID == other.fileID && geometry == other.geometry
  }

  /// The highest op of which it is known, whether it took effect or not, that it had been committed before.
  package var committedOp: UInt64 { max(commitMax, checkpoint.op) }
}
