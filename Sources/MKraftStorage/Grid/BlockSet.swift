internal import MKraftFormat

/// A set of block addresses, one bit each: address a is bit (a - 1) % 64 of word (a - 1) / 64, in memory as on disk.
public struct BlockSet: Sendable {
  /// Words up to the last one that was ever not 0.
  public private(set) var words: [UInt64] = []
  public private(set) var count: UInt64 = 0
  /// All words before this one are full.
  private var firstOpenWord = 0

  public init() {}

  /// Takes the contents of a chain of blocks, little-endian words. Nil if they are not whole words with the last one not 0, or name
  /// an address above `addressMax`.
  public init?(decoding bytes: [UInt8], addressMax: UInt64) {
    guard bytes.count % 8 == 0 else { return nil }
    let span = bytes.rawSpan
    words = (0..<bytes.count / 8).map { span.load(fromByteOffset: 8 * $0) }
    if let last = words.last, last == 0 { return nil }
    count = words.reduce(0) { $0 + UInt64($1.nonzeroBitCount) }
    guard highest <= addressMax else { return nil }
  }

  public var isEmpty: Bool { count == 0 }

  /// The highest address in the set; 0 if it is empty.
  public var highest: UInt64 {
    guard let word = words.lastIndex(where: { $0 != 0 }) else { return 0 }
    return UInt64(word) * 64 + UInt64(64 - words[word].leadingZeroBitCount)
  }

  /// Words that the set takes on disk.
  public var wordCount: Int { Int((highest + 63) / 64) }

  public func contains(_ address: UInt64) -> Bool {
    guard address > 0, address <= UInt64(words.count) * 64 else { return false }
    let (word, bit) = BlockSet.place(address)
    return word < words.count && words[word] & bit != 0
  }

  public mutating func insert(_ address: UInt64) {
    let (word, bit) = BlockSet.place(address)
    while words.count <= word { words.append(0) }
    precondition(words[word] & bit == 0, "a block is put into a set once")
    words[word] |= bit
    count += 1
  }

  public mutating func remove(_ address: UInt64) {
    let (word, bit) = BlockSet.place(address)
    precondition(word < words.count && words[word] & bit != 0, "only a block in the set is taken out of it")
    words[word] &= ~bit
    count -= 1
    firstOpenWord = min(firstOpenWord, word)
  }

  /// Takes out every block of `other`, all of which are in the set.
  public mutating func subtract(_ other: BlockSet) {
    for word in other.words.indices where other.words[word] != 0 {
      precondition(
        word < words.count && words[word] & other.words[word] == other.words[word],
        "only blocks in the set are taken out")
      words[word] &= ~other.words[word]
      firstOpenWord = min(firstOpenWord, word)
    }
    count -= other.count
  }

  /// Puts the lowest address that is not in the set into it.
  public mutating func insertLowest() -> UInt64 {
    while firstOpenWord < words.count && words[firstOpenWord] == .max { firstOpenWord += 1 }
    if firstOpenWord == words.count { words.append(0) }
    let bit = (~words[firstOpenWord]).trailingZeroBitCount
    words[firstOpenWord] |= 1 << UInt64(bit)
    count += 1
    return UInt64(firstOpenWord) * 64 + UInt64(bit) + 1
  }

  public func isSubset(of other: BlockSet) -> Bool {
    words.indices.allSatisfy { words[$0] == 0 || $0 < other.words.count && words[$0] & ~other.words[$0] == 0 }
  }

  /// Calls `body` with every address, ascending.
  public func forEachAddress(_ body: (UInt64) -> Void) {
    for word in words.indices {
      var rest = words[word]
      while rest != 0 {
        body(UInt64(word) * 64 + UInt64(rest.trailingZeroBitCount) + 1)
        rest &= rest - 1
      }
    }
  }

  /// The contents of the chain of blocks that holds the set.
  public var encoded: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8 * wordCount)
    var elements = bytes.mutableSpan
    var span = unsafe elements.mutableBytes
    for word in 0..<wordCount { span.store(words[word], toByteOffset: 8 * word) }
    return bytes
  }

  private static func place(_ address: UInt64) -> (word: Int, bit: UInt64) {
    precondition(address > 0, "blocks are numbered from 1")
    return (Int((address - 1) / 64), 1 << ((address - 1) % 64))
  }
}

extension BlockSet: Equatable {
  public static func == (left: BlockSet, right: BlockSet) -> Bool {
    left.count == right.count && left.isSubset(of: right)
  }
}
