public import MKraftFormat

/// An invariant of the superblock, where it does not hold, and the values that were compared.
public struct InvariantCheck: Sendable {
  public let invariant: Invariant
  /// Indices of the places whose bytes break it.
  public let brokenIn: [Int]
  /// Index of the place whose values are shown: the first that breaks it, else the one that speaks for the file; nil if no place
  /// shows a superblock.
  public let shown: Int?
  /// What was compared there; empty if the statement is about bytes that have no name.
  public let values: [ComparedValue]

  public var holds: Bool { brokenIn.isEmpty }

  /// The invariants that a superblock can keep or break by itself: those of the superblock, of identity and of geometry, but
  /// for the one that speaks of blocks.
  public static let ofSuperblock: [Invariant] = Invariant.allCases.filter {
    (Invariant.superblockReservedZero.rawValue...Invariant.geometryGridBlocks.rawValue).contains($0.rawValue)
      && $0 != .setsDisjoint
  }
}

extension SuperblockInspection {
  /// Every invariant of the superblock, checked in the places of `indices` that show one.
  public func invariants(_ indices: [Int]) -> [InvariantCheck] {
    let showable = indices.filter { places[$0].isShowable }
    let speaker =
      showable.first { places[$0].state == .current } ?? showable.first { places[$0].superblock != nil }
      ?? showable.first
    return InvariantCheck.ofSuperblock.map { invariant in
      let broken = indices.filter { places[$0].broken.contains(invariant) }
      let shown = broken.first ?? speaker
      let bytes = shown.flatMap { places[$0].bytes }
      return InvariantCheck(
        invariant: invariant, brokenIn: broken, shown: shown,
        values: bytes.map { invariant.comparedValues(in: $0.rawSpan) } ?? [])
    }
  }
}
