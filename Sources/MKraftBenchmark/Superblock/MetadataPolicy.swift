/// Where a replica's metadata is kept, and how often it is written.
package enum MetadataPolicy: Sendable, Hashable {
  case never
  /// In the superblock: its copies in place, each durable before the next, all read back.
  case superblock(every: Int)
  /// In a small file of its own: written under another name, synced, renamed, and the directory synced.
  case file(every: Int)

  /// Ops from one update to the next; nil if there is none.
  package var every: Int? {
    switch self {
    case .never: nil
    case .superblock(let ops), .file(let ops): ops
    }
  }

  /// What kind it is, stable for scripts.
  package var name: String {
    switch self {
    case .never: "never"
    case .superblock: "superblock"
    case .file: "file"
    }
  }

  package static let names = ["never", "superblock", "file"]

  /// What is compared.
  /// - Parameter interval: ops between checkpoints.
  package static func compared(interval: Int) -> [MetadataPolicy] {
    [
      .never, .superblock(every: interval), .superblock(every: 96), .superblock(every: 1), .file(every: 96),
      .file(every: 1),
    ]
  }
}
