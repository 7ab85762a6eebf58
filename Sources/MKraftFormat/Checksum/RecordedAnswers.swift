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

    public init(broken: Invariant?, liesWithin: Bool) {
      self.broken = broken
      self.liesWithin = liesWithin
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
    var nodes = Table<NodeKey, Node>()
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
      for (key, node) in nodes { tables.nodes.insert(key, node) }
    }
    isUsed.store(true, ordering: .releasing)
  }

  /// The recorded checksum in place of `computed`; `computed` if there is none.
  @inline(__always)
  static func checksum(for computed: UInt128) -> UInt128 {
    guard isUsed.load(ordering: .acquiring) else { return computed }
    return tables.withLock { $0.checksums[computed] } ?? computed
  }

  @inline(__always)
  static func node(_ checksum: UInt128, _ address: UInt64) -> Node? {
    guard isUsed.load(ordering: .acquiring) else { return nil }
    return tables.withLock { $0.nodes[NodeKey(checksum: checksum, address: address)] }
  }
}
