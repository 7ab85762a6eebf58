internal import Synchronization

/// What checks gave over bytes that are not here any more.
///
/// An image for a bug report has no keys and no values in it, and yet every check must come out as it did on the file it was made
/// of. Whoever reads such an image puts other bytes in place of those that were left out, different ones in every structure, and
/// says here what the checks gave: `Checksum.of` and the checks of a tree's nodes then answer that. A process that reads no image
/// pays one load of a flag.
///
/// Memory is bounded: the answers of the last structures that were read are kept, many times as many as any reader has in hand.
public enum RecordedAnswers {
  /// What the checks of a node of the tree gave, which need its keys.
  public struct Node: Sendable, Equatable {
    /// What `TreeNode.brokenInvariant` gave for a level that is right.
    public var broken: Invariant?
    /// What `TreeNode.liesWithin` gave.
    public var liesWithin: Bool
    /// Where filler stands in the block, and eight bytes of it: the same node of a file that was read beside the image has its keys.
    /// Nil if there was no room for filler.
    public var mark: Mark?

    public init(broken: Invariant?, liesWithin: Bool, mark: Mark? = nil) {
      self.broken = broken
      self.liesWithin = liesWithin
      self.mark = mark
    }
  }

  public struct Mark: Sendable, Equatable {
    public var offset: Int
    public var bytes: UInt64

    public init(offset: Int, bytes: UInt64) {
      self.offset = offset
      self.bytes = bytes
    }

    func stands(in block: RawSpan) -> Bool {
      offset >= 0 && offset <= block.byteCount - 8 && block.load(fromByteOffset: offset, as: UInt64.self) == bytes
    }
  }

  /// Which node: the checksum in its header, and its address.
  public struct NodeKey: Sendable, Hashable {
    public var checksum: UInt128
    public var address: UInt64

    public init(checksum: UInt128, address: UInt64) {
      self.checksum = checksum
      self.address = address
    }
  }

  /// Images that are read side by side.
  static let nodesMax = 32
  /// Entries of the younger generation, after which the older one is forgotten.
  static let generationMax = 1 << 16

  /// A table that forgets what was not put in for long.
  struct Table<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    subscript(key: Key) -> Value? { young[key] ?? old[key] }

    mutating func insert(_ key: Key, _ value: Value) {
      if young.count >= RecordedAnswers.generationMax {
        old = young
        young = [:]
      }
      young[key] = value
    }
  }

  private struct Tables: Sendable {
    var checksums = Table<UInt128, UInt128>()
    /// Of each image that is read one.
    var nodes = Table<NodeKey, [Node]>()
  }

  private static let isUsed = Atomic<Bool>(false)
  private static let tables = Mutex(Tables())

  /// Notes answers. To be called before the bytes are handed out that they are about.
  /// - Parameters:
  ///   - checksums: what `Checksum.computed` gives now, and what it gave over the bytes that were there.
  public static func record(checksums: [(now: UInt128, then: UInt128)], nodes: [(NodeKey, Node)]) {
    guard !checksums.isEmpty || !nodes.isEmpty else { return }
    tables.withLock { tables in
      for (now, then) in checksums { tables.checksums.insert(now, then) }
      for (key, node) in nodes {
        let others = tables.nodes[key]?.filter { $0.mark != node.mark } ?? []
        tables.nodes.insert(key, others.suffix(nodesMax - 1) + [node])
      }
    }
    isUsed.store(true, ordering: .releasing)
  }

  /// The recorded checksum in place of `computed`; `computed` if there is none.
  @inline(__always)
  static func checksum(for computed: UInt128) -> UInt128 {
    guard isUsed.load(ordering: .acquiring) else { return computed }
    return tables.withLock { $0.checksums[computed] } ?? computed
  }

  /// What was recorded of the node in `block`, whose header is as given.
  @inline(__always)
  static func node(in block: RawSpan, checksum: UInt128, address: UInt64) -> Node? {
    guard isUsed.load(ordering: .acquiring) else { return nil }
    let found = tables.withLock { $0.nodes[NodeKey(checksum: checksum, address: address)] } ?? []
    return found.last { $0.mark?.stands(in: block) ?? true }
  }
}
