internal import MKraftFormat
internal import MKraftStorage

/// Damaged blocks of values of which it was found out, when an image was made, that the log replaces or removes the value before anything
/// reads it (`ReplacedValues`): without keys and values nobody finds that out again.
public struct ReplacedBlocks: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    let address: UInt64
    /// The entry of the log that replaces or removes the value.
    let op: UInt64
    /// Of that entry, and so of every one before it.
    let checksum: UInt128
  }

  /// The checkpoint's id.
  private(set) var checkpoint: UInt128 = 0
  /// The log's last op.
  private(set) var head: UInt64 = 0
  private(set) var entries: [Entry] = []

  init() {}

  /// Verifies all of a file that no replica runs on.
  init(of storage: any Storage) {
    var options = Verification.Options()
    options.isWanted = { $0.kind == .blockReplacedDamaged }
    let report = Verification.run(storage, options)
    guard let superblock = report.superblock, let journal = report.journal else { return }
    checkpoint = superblock.checkpoint.id
    head = journal.head.op
    let headers = LogHeaders(storage, superblock, head: head)
    for finding in report.findings.prefix(ReplacedValues.valuesMax) {
      guard let address = finding.block, let op = finding.op, let header = headers.header(of: op) else { continue }
      entries.append(Entry(address: address, op: op, checksum: header.checksum))
    }
  }

  /// What was recorded of a file that is an image without keys and values, is laid over one, or reads one; nil of any other.
  static func recorded(of storage: any Storage) -> ReplacedBlocks? {
    switch storage {
    case let paced as PacedStorage: recorded(of: paced.inner)
    case let overlay as OverlayStorage: recorded(of: overlay.base)
    case let image as any StandInStorage: image.isRedacted ? image.replacedBlocks : nil
    default: nil
    }
  }

  /// The op that replaces the value, by block, for a log that leads from the same checkpoint to the same entries, and no further than
  /// when that was found out.
  func replaced(in storage: any Storage, _ superblock: Superblock, head: UInt64) -> [UInt64: UInt64] {
    guard !entries.isEmpty, superblock.checkpoint.id == checkpoint, head <= self.head else { return [:] }
    let headers = LogHeaders(storage, superblock, head: head)
    var found: [UInt64: UInt64] = [:]
    for entry in entries where headers.header(of: entry.op)?.checksum == entry.checksum {
      found[entry.address] = entry.op
    }
    return found
  }
}

// MARK: Bytes

extension ReplacedBlocks {
  /// In the header of an image.
  enum Layout {
    static let count = Field<UInt32>("replaced_count", at: 96, "damaged blocks of values that the log replaces")
    static let head = Field<UInt64>("replaced_head", at: 104, "last op of the log")
    static let checkpoint = Field<UInt128>("replaced_checkpoint", at: 112, "id of the checkpoint")
    static let entries = 128
    static let entryByteCount = 32
    static let address = Field<UInt64>("address", at: 0, "of the block")
    static let op = Field<UInt64>("op", at: 8, "that replaces or removes the value")
    static let checksum = Field<UInt128>("checksum", at: 16, "of the header of that entry")
  }

  /// - Returns: nil if there are more than a verification finds.
  init?(decoding bytes: RawSpan) {
    let count = bytes.load(Layout.count)
    guard count <= UInt32(ReplacedValues.valuesMax) else { return nil }
    head = bytes.load(Layout.head)
    checkpoint = bytes.load(Layout.checkpoint)
    for index in 0..<Int(count) {
      let base = Layout.entries + index * Layout.entryByteCount
      entries.append(
        Entry(
          address: bytes.load(Layout.address, base: base), op: bytes.load(Layout.op, base: base),
          checksum: bytes.load(Layout.checksum, base: base)))
    }
  }

  @_lifetime(bytes: copy bytes)
  func encode(into bytes: inout MutableRawSpan) {
    bytes.store(UInt32(entries.count), Layout.count)
    bytes.store(head, Layout.head)
    bytes.store(checkpoint, Layout.checkpoint)
    for (index, entry) in entries.enumerated() {
      let base = Layout.entries + index * Layout.entryByteCount
      bytes.store(entry.address, Layout.address, base: base)
      bytes.store(entry.op, Layout.op, base: base)
      bytes.store(entry.checksum, Layout.checksum, base: base)
    }
  }
}
