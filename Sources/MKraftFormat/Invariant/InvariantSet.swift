/// A set of invariants, without allocation.
public struct InvariantSet: Sendable, Equatable {
  private var bits: UInt128 = 0

  public init() {}

  public init(_ invariant: Invariant) { insert(invariant) }

  public var isEmpty: Bool { bits == 0 }

  public func contains(_ invariant: Invariant) -> Bool { bits & InvariantSet.bit(invariant) != 0 }

  public mutating func insert(_ invariant: Invariant) { bits |= InvariantSet.bit(invariant) }

  public mutating func formUnion(_ other: InvariantSet) { bits |= other.bits }

  /// The members in the order of the table.
  public var elements: [Invariant] { Invariant.allCases.filter(contains) }

  private static func bit(_ invariant: Invariant) -> UInt128 { 1 << UInt128(invariant.rawValue) }
}
