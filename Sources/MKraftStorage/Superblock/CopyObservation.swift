public import MKraftFormat

/// What stands at one superblock copy's home.
public enum CopyObservation: Sendable {
  /// A copy that belongs here: right checksum, consistent, and its copy number is this home's.
  case valid(Superblock)
  /// A right checksum, but another home's copy number: a misdirected write or read. It does not count here (rule R10).
  case misdirected(Superblock)
  /// Bytes that are not a superblock this release can use.
  case damaged(SuperblockDefect)
  /// The device would not give the bytes.
  case unreadable(StorageError)
  /// The file ends before the copy does.
  case beyondEnd

  /// The superblock, if it counts.
  public var valid: Superblock? {
    if case .valid(let superblock) = self { superblock } else { nil }
  }

  /// The superblock, whether it lies at its home or not.
  public var anySuperblock: Superblock? {
    switch self {
    case .valid(let superblock), .misdirected(let superblock): superblock
    case .damaged, .unreadable, .beyondEnd: nil
    }
  }

  /// Whether a newer release could read what stands here.
  public var isNewerFormat: Bool {
    if case .damaged(let defect) = self { defect.isNewerFormat } else { false }
  }
}
