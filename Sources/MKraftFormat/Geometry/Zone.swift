/// A part of the data file.
public enum Zone: Sendable, Hashable, CaseIterable {
  case superblock0, walHeaders, superblock1, walPrepares, superblock2, replies, superblock3, grid

  public static func superblock(_ copy: Int) -> Zone {
    precondition((0..<Superblock.copyCount).contains(copy), "a superblock copy is 0 to 3")
    return [.superblock0, .superblock1, .superblock2, .superblock3][copy]
  }

  /// The copy number, for a superblock zone.
  public var superblockCopy: Int? {
    switch self {
    case .superblock0: 0
    case .superblock1: 1
    case .superblock2: 2
    case .superblock3: 3
    case .walHeaders, .walPrepares, .replies, .grid: nil
    }
  }

  public var name: String {
    switch self {
    case .superblock0: "superblock-0"
    case .walHeaders: "wal-headers"
    case .superblock1: "superblock-1"
    case .walPrepares: "wal-prepares"
    case .superblock2: "superblock-2"
    case .replies: "replies"
    case .superblock3: "superblock-3"
    case .grid: "grid"
    }
  }
}
