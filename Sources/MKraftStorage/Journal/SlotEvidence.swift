public import MKraftFormat

/// What the two rings show of one slot, before anyone decides what it means.
public struct SlotEvidence: Sendable {
  /// What stands in the header ring.
  public enum HeaderEvidence: Sendable {
    /// A right checksum, placed in its slot, of this cluster: a prepare, reserved or unknown header.
    case valid(PrepareHeader)
    case damaged(HeaderDefect)
    case unreadable(StorageError)
    case beyondEnd
  }

  /// What stands in the prepare ring.
  public enum PrepareEvidence: Sendable {
    /// A right header and a right body, or a reserved header.
    case valid(PrepareHeader)
    /// The header is not right.
    case damaged(HeaderDefect)
    /// The header is right, the body is not: the content of this entry is gone.
    case bodyMismatch(PrepareHeader)
    case unreadable(StorageError)
    case beyondEnd
  }

  public let slot: Int
  public let header: HeaderEvidence
  public let prepare: PrepareEvidence

  public init(slot: Int, header: HeaderEvidence, prepare: PrepareEvidence) {
    self.slot = slot
    self.header = header
    self.prepare = prepare
  }

  /// The header ring's header, if it is valid.
  public var validHeader: PrepareHeader? {
    if case .valid(let header) = header { header } else { nil }
  }

  /// The prepare ring's header, if it and its body are valid.
  public var validPrepare: PrepareHeader? {
    if case .valid(let header) = prepare { header } else { nil }
  }
}
