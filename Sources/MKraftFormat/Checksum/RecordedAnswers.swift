internal import Synchronization

/// What checks gave over bytes that are not here any more.
///
/// An image for a bug report has no keys and no values in it, and yet every check must come out as it did on the file it was made
/// of. Whoever reads such an image puts other bytes in place of those that were left out, and says here what the checks gave:
/// `Checksum.of` and the checks of a tree's nodes then answer that.
///
/// An answer is of a place in memory. It is heard for the bytes that the image's reader put there, as long as nothing else was put
/// over them, and for no others: not for the bytes of another file that are the same, and not for a copy. An image that says something
/// false says it of itself alone. A process that reads no image pays one load of a flag.
///
/// Memory: what is said of the bytes that stand in buffers now.
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

  /// A checksum that was recorded.
  package struct Sum: Sendable {
    /// The bytes that it is of, from the start of the memory they stand in.
    package var covered: Range<Int>
    /// What `Checksum.computed` gives over the bytes that stand there.
    package let now: UInt128
    /// What it gave over those that were there.
    package let then: UInt128

    package init(_ covered: Range<Int>, now: UInt128, then: UInt128) {
      self.covered = covered
      self.now = now
      self.then = then
    }
  }

  /// A node of which answers were recorded.
  package struct NodeSight: Sendable {
    /// Where it stands, bytes from the start of the memory.
    package var block: Range<Int>
    package let key: NodeKey
    package let node: Node

    package init(_ block: Range<Int>, _ key: NodeKey, _ node: Node) {
      self.block = block
      self.key = key
      self.node = node
    }
  }

  /// Memory that holds bytes of images, or did.
  private struct Region: Sendable {
    /// Addresses.
    let memory: Range<UInt>
    /// By the bytes that they are of: of a slot there may be one for each header that speaks of its body.
    var sums: [Range<Int>: Sum] = [:]
    /// By where their blocks begin.
    var nodes: [Int: NodeSight] = [:]
  }

  private static let isUsed = Atomic<Bool>(false)
  /// In order of address, without overlap.
  private static let regions = Mutex<[Region]>([])

  /// Notes answers about bytes that were just put into `memory`, before anybody checks them.
  package static func record(_ sums: [Sum], _ nodes: [NodeSight], in memory: Range<UInt>) {
    regions.withLock { regions in
      let index = firstIndex(from: memory.lowerBound, in: regions)
      if index == regions.count || regions[index].memory != memory {
        regions.insert(Region(memory: memory), at: index)
      }
      for sum in sums { regions[index].sums[sum.covered] = sum }
      for node in nodes { regions[index].nodes[node.block.lowerBound] = node }
    }
    isUsed.store(true, ordering: .releasing)
  }

  /// Forgets what was said of bytes in `range` of `memory`: others are put there.
  package static func forget(_ range: Range<Int>, in memory: Range<UInt>) {
    regions.withLock { regions in
      let index = firstIndex(from: memory.lowerBound, in: regions)
      guard index < regions.count, regions[index].memory == memory else { return }
      regions[index].sums = regions[index].sums.filter { !$0.value.covered.overlaps(range) }
      regions[index].nodes = regions[index].nodes.filter { !$0.value.block.overlaps(range) }
    }
  }

  /// Forgets `memory`, which is given back.
  package static func forget(_ memory: Range<UInt>) {
    regions.withLock { regions in
      let index = firstIndex(from: memory.lowerBound, in: regions)
      guard index < regions.count, regions[index].memory == memory else { return }
      regions.remove(at: index)
    }
  }

  /// What was recorded of `bytes`, whose checksum is `computed`; that if there is nothing.
  @inline(__always)
  static func checksum(of bytes: RawSpan, computed: UInt128) -> UInt128 {
    guard isUsed.load(ordering: .acquiring) else { return computed }
    return sum(of: bytes, computed) ?? computed
  }

  /// What was recorded of the node in `block`, whose header is as given.
  @inline(__always)
  static func node(in block: RawSpan, checksum: UInt128, address: UInt64) -> Node? {
    guard isUsed.load(ordering: .acquiring) else { return nil }
    return node(in: block, NodeKey(checksum: checksum, address: address))
  }

  private static func sum(of bytes: RawSpan, _ computed: UInt128) -> UInt128? {
    let start = address(of: bytes)
    let found = regions.withLock { regions -> Sum? in
      guard let region = region(of: start, in: regions) else { return nil }
      let first = Int(start - region.memory.lowerBound)
      return region.sums[first..<first + bytes.byteCount]
    }
    guard let found, found.now == computed else { return nil }
    return found.then
  }

  private static func node(in block: RawSpan, _ key: NodeKey) -> Node? {
    let start = address(of: block)
    let found = regions.withLock { regions -> NodeSight? in
      guard let region = region(of: start, in: regions) else { return nil }
      return region.nodes[Int(start - region.memory.lowerBound)]
    }
    return found?.key == key ? found?.node : nil
  }

  private static func address(of bytes: RawSpan) -> UInt {
    unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }

  private static func region(of address: UInt, in regions: [Region]) -> Region? {
    let next = firstIndex(from: address, in: regions)
    if next < regions.count, regions[next].memory.lowerBound == address { return regions[next] }
    guard next > 0, regions[next - 1].memory.contains(address) else { return nil }
    return regions[next - 1]
  }

  /// The first region that begins at `address` or above.
  private static func firstIndex(from address: UInt, in regions: [Region]) -> Int {
    var (low, high) = (0, regions.count)
    while low < high {
      let middle = (low + high) / 2
      if regions[middle].memory.lowerBound < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
