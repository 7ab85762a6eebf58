public import MKraftFormat

/// An invariant of the superblock, and where it does not hold.
public struct InvariantCheck: Sendable {
  public let invariant: Invariant
  /// Indices of the places whose bytes break it.
  public let brokenIn: [Int]

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
    InvariantCheck.ofSuperblock.map { invariant in
      InvariantCheck(invariant: invariant, brokenIn: indices.filter { places[$0].broken.contains(invariant) })
    }
  }
}
