import MKraftFormat
import MKraftStorage

/// What may stand at a superblock copy's home, by name: the copies of one history, and what is not of it.
enum SampleCopy: CaseIterable {
  case new, old, torn, zeroed, wrongNumber, foreign, forked
  // Beyond the exhaustive seven.
  case older, ahead, aheadUnlinked, aheadWrongNumber, unreadable, beyondEnd, newerFormat

  static let seven: [SampleCopy] = [.new, .old, .torn, .zeroed, .wrongNumber, .foreign, .forked]

  static let olderState = SampleFile.superblock().updated { $0.term = 1 }
  static let oldState = olderState.updated { $0.term = 2 }
  /// Differs from the old one in more than the first atom, so that it can be torn.
  static let newState = oldState.updated { next in
    next.term = 3
    next.checkpoint.pairCount = 3
    next.checkpoint.seal()
  }
  static let forkedState = oldState.updated { $0.term = 4 }
  static let aheadState = newState.updated { $0.term = 5 }
  static let unlinkedState = aheadState.updated { next in
    next.sequence = aheadState.sequence
    next.parent = 1
  }
  static let foreignState = SampleFile.superblock(fileID: 2).updated().updated().updated()
  static let newerState = newState.updated { $0.features.incompatible = 1 }

  /// The superblock whose bytes are there, whole.
  var superblock: Superblock? {
    switch self {
    case .new, .wrongNumber: Self.newState
    case .old: Self.oldState
    case .older: Self.olderState
    case .forked: Self.forkedState
    case .foreign: Self.foreignState
    case .ahead, .aheadWrongNumber: Self.aheadState
    case .aheadUnlinked: Self.unlinkedState
    case .newerFormat: Self.newerState
    case .torn, .zeroed, .unreadable, .beyondEnd: nil
    }
  }

  var isAtHome: Bool { self != .wrongNumber && self != .aheadWrongNumber }

  /// Sets this at the home of `copy`.
  func put(on storage: MemoryStorage, copy: Int) {
    let offset = SampleFile.geometry.offset(of: .superblock(copy))
    let range = offset..<offset + UInt64(Superblock.byteCount)
    storage.zero(range)
    if let superblock { storage.put(superblock, copy: copy, number: isAtHome ? copy : (copy + 1) % 4) }
    switch self {
    case .torn:
      storage.put(Self.newState, copy: copy)
      let old = Self.oldState.image(copy: copy)
      let atom = IOBuffer(byteCount: MemoryStorage.atomSize)
      atom.copy(from: old, range: 0..<MemoryStorage.atomSize, at: 0)
      storage.replace(at: offset, with: atom)
    case .unreadable: storage.failReads(range)
    case .beyondEnd: if copy == 3 { storage.truncate(to: offset + 512) }
    default: break
    }
  }

  /// What the survey of a file makes of this at the home of `copy`.
  func observation(copy: Int) -> CopyObservation {
    if self == .beyondEnd { return .beyondEnd }
    let storage = SampleFile.format(Self.newState)
    put(on: storage, copy: copy)
    return SuperblockSurvey.read(storage).copies[copy]
  }

  /// `table[state][copy]` for all states.
  static func observations(_ states: [SampleCopy]) -> [[CopyObservation]] {
    states.map { state in (0..<Superblock.copyCount).map(state.observation) }
  }
}

/// The rule of opening, by R9's words, on names alone.
enum OpeningOracle {
  enum Verdict: Equatable {
    case opens(SampleCopy)
    case identitiesDiffer, fork, newerFormat, notFound, quorumLost, aheadOrUnlinked
  }

  static func verdict(_ copies: [SampleCopy]) -> Verdict {
    let ours: [SampleCopy] = [.new, .old, .older, .forked, .ahead, .aheadUnlinked]
    let counting = copies.filter { ours.contains($0) }
    if copies.contains(.foreign) && !counting.isEmpty { return .identitiesDiffer }
    // What was once written, wherever it lies, if anything shows whose file this is.
    let written = copies.compactMap { copy -> SampleCopy? in
      switch copy {
      case .wrongNumber: counting.isEmpty ? nil : .new
      case .aheadWrongNumber: counting.isEmpty ? nil : .ahead
      default: counting.contains(copy) ? copy : nil
      }
    }
    if written.contains(.forked) && written.contains(.new) { return .fork }
    if written.contains(.ahead) && written.contains(.aheadUnlinked) { return .fork }
    if copies.count(where: { $0 == .newerFormat }) >= 2 { return .newerFormat }
    if counting.isEmpty && !copies.contains(.foreign) {
      return copies.contains(.newerFormat) ? .newerFormat : .notFound
    }
    // Newest first.
    let candidates: [SampleCopy] = [.ahead, .aheadUnlinked, .new, .forked, .foreign, .old, .older]
    let agreed = candidates.first { each in copies.count { $0 == each } >= 2 }
    guard let chosen = agreed ?? beforeTheNewest(counting) else { return .quorumLost }
    let isContradicted = written.contains { isContradiction($0, chosen) }
    return isContradicted ? .aheadOrUnlinked : .opens(chosen)
  }

  /// No two agree: what the newest copy was made from, if two copies show that it was never established.
  private static func beforeTheNewest(_ counting: [SampleCopy]) -> SampleCopy? {
    let chains: [[SampleCopy]] = [[.new, .old, .older], [.forked, .old, .older]]
    if counting.contains(.ahead) { return counting.contains(.new) && counting.count > 2 ? .new : nil }
    if counting.contains(.aheadUnlinked) { return nil }
    return chains.contains { Set($0).isSubset(of: counting) } ? .old : nil
  }

  /// Generations: older 2, old 3, new and forked 4, ahead 5 after new, aheadUnlinked 5 after nothing known.
  private static func isContradiction(_ copy: SampleCopy, _ chosen: SampleCopy) -> Bool {
    switch chosen {
    case .ahead: copy == .forked
    case .aheadUnlinked: copy == .new || copy == .forked
    case .new: copy == .aheadUnlinked
    case .forked: copy == .ahead || copy == .aheadUnlinked
    case .old: copy == .ahead || copy == .aheadUnlinked
    case .older: ![.older, .old].contains(copy)
    default: false
    }
  }
}
