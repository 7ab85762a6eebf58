internal import MKraftFormat
internal import MKraftStorage

/// What the nodes above say of the leaves in a part of the grid: so much of it as a bounded memory holds. A large grid is verified
/// window by window; for each the inner nodes are gone through again.
struct LeafWindow: Sendable {
  /// What the node above says of a leaf.
  struct Leaf: Sendable {
    let reference: BlockReference
    let referrer: UInt64?
    /// Where its bounds begin in `keys`; an empty upper one bounds nothing.
    fileprivate(set) var keysAt: Int
    let lowerSize: Int
    let upperSize: Int
  }

  /// Bytes for leaves and bounds: enough for some 40,000 leaves.
  static let byteCountMax = 4 << 20

  /// The first address, and how far the window reaches.
  private(set) var addresses: ClosedRange<UInt64>
  /// In order of address.
  private(set) var leaves: [Leaf] = []
  private var keys: [UInt8] = []
  private let byteCountMax: Int

  init(from first: UInt64, byteCountMax: Int) {
    addresses = first...UInt64.max
    self.byteCountMax = byteCountMax
  }

  mutating func add(_ reference: BlockReference, by referrer: UInt64?, _ lower: RawSpan, _ upper: RawSpan) {
    guard addresses.contains(reference.address) else { return }
    leaves.append(
      Leaf(
        reference: reference, referrer: referrer, keysAt: keys.count, lowerSize: lower.byteCount,
        upperSize: upper.byteCount))
    keys.append(contentsOf: lower)
    keys.append(contentsOf: upper)
    if leaves.count > 1, leaves.count * MemoryLayout<Leaf>.stride + keys.count > byteCountMax { shrink() }
  }

  /// All leaves of the window were added.
  mutating func finish() { sort() }

  /// What is said of the block, if it is a leaf.
  func leaf(at address: UInt64) -> Leaf? {
    var (low, high) = (0, leaves.count)
    while low < high {
      let middle = (low + high) / 2
      if leaves[middle].reference.address < address { low = middle + 1 } else { high = middle }
    }
    return low < leaves.count && leaves[low].reference.address == address ? leaves[low] : nil
  }

  func lower(_ leaf: Leaf) -> ArraySlice<UInt8> { keys[leaf.keysAt..<leaf.keysAt + leaf.lowerSize] }

  func upper(_ leaf: Leaf) -> ArraySlice<UInt8> {
    keys[leaf.keysAt + leaf.lowerSize..<leaf.keysAt + leaf.lowerSize + leaf.upperSize]
  }

  private mutating func sort() { leaves.sort { $0.reference.address < $1.reference.address } }

  /// Gives up the half of higher addresses.
  private mutating func shrink() {
    sort()
    let kept = leaves.count / 2
    addresses = addresses.lowerBound...leaves[kept].reference.address - 1
    leaves.removeSubrange(kept...)
    var packed: [UInt8] = []
    for index in leaves.indices {
      let at = packed.count
      packed += lower(leaves[index])
      packed += upper(leaves[index])
      leaves[index].keysAt = at
    }
    keys = packed
  }
}

extension [UInt8] {
  fileprivate mutating func append(contentsOf bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
