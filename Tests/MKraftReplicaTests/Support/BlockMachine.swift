import MKraftFormat
import MKraftReplica
import MKraftStorage

/// A state machine whose every operation needs two blocks of the grid, which it drops after each. It keeps account of what it
/// is asked: a call out of turn is a breach.
struct BlockMachine: StateMachine {
  /// What happened, for the test to see.
  final class Account {
    /// Ops applied, in order; reads are not among them.
    var applied: [UInt64] = []
    var readCount = 0
    var supplied = 0
    var breaches: [String] = []
  }

  static let blockCount: UInt64 = 8

  let account: Account
  let references: [BlockReference]
  /// A checksum of all operations so far, with the blocks they needed.
  private var state: UInt128 = 0
  private var cache: [UInt64: UInt128] = [:]
  /// The block that was asked for last and is not there yet.
  private var awaited: UInt64?

  init(_ account: Account, _ references: [BlockReference]) {
    self.account = account
    self.references = references
  }

  /// Writes the blocks into the grid of a file, and returns references to them.
  static func writeBlocks(_ storage: MemoryStorage, _ geometry: Geometry) -> [BlockReference] {
    (1...blockCount).map { address in
      let buffer = IOBuffer(byteCount: Int(geometry.blockSize))
      var bytes = buffer.mutableBytes
      var header = BlockHeader()
      header.cluster = TestFile.cluster
      header.address = address
      header.size = UInt32(BlockHeader.byteCount) + 8
      bytes.storeBytes(of: address.littleEndian, toByteOffset: BlockHeader.byteCount, as: UInt64.self)
      header.seal(into: &bytes)
      storage.replace(at: geometry.offset(of: .grid) + (address - 1) * UInt64(geometry.blockSize), with: buffer)
      return BlockReference(checksum: header.checksum, address: address, extent: 8)
    }
  }

  /// The two blocks that an operation with this body needs.
  private func needs(_ body: RawSpan) -> [BlockReference] {
    let hash = Checksum.of(body, as: .prepareBody)
    let first = Int(hash & 7)
    return [references[first], references[(first + 3) % references.count]]
  }

  mutating func prefetch(operation: UInt8, body: RawSpan) -> Prefetch {
    if let awaited { account.breaches.append("prefetch while block \(awaited) is awaited") }
    let missing = needs(body).filter { cache[$0.address] == nil }
    guard let first = missing.first else { return .ready }
    awaited = first.address
    return .needs(missing)
  }

  mutating func supply(_ reference: BlockReference, _ block: RawSpan) {
    if awaited != reference.address { account.breaches.append("block \(reference.address) was not awaited") }
    awaited = nil
    account.supplied += 1
    cache[reference.address] = Checksum.of(block, as: .block)
  }

  @_lifetime(result: copy result)
  mutating func apply(
    op: UInt64, timestamp: UInt64, operation: UInt8, body: RawSpan, result: inout MutableRawSpan
  ) -> Int {
    if let awaited { account.breaches.append("apply while block \(awaited) is awaited") }
    let blocks = needs(body).compactMap { cache[$0.address] }
    if blocks.count != 2 { account.breaches.append("apply of op \(op) before its blocks are there") }
    cache = [:]
    var next = state
    for block in blocks { next = (next &* 31) ^ block }
    next = (next &* 31) ^ Checksum.of(body, as: .prepareBody)
    result.storeBytes(of: next.littleEndian, toByteOffset: 0, as: UInt128.self)
    if Self.isReadOnly(body) {
      account.readCount += 1
    } else {
      state = next
      if let last = account.applied.last, op <= last { account.breaches.append("op \(op) after \(last)") }
      account.applied.append(op)
    }
    return 16
  }

  private static func isReadOnly(_ body: RawSpan) -> Bool {
    (try? KeyValueBatchView(validating: body, bodySizeMax: TestFile.geometry.bodySizeMax).isReadOnly) ?? false
  }
}
