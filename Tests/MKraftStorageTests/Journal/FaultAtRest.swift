import MKraftFormat
import MKraftStorage

/// One fault of one item of the rings of a sample file, and the slots it touches.
struct FaultAtRest: CustomStringConvertible {
  enum Kind: CaseIterable {
    case flip, zero, garbage, unreadable, stale, swap, misdirected
  }

  enum Item: CaseIterable {
    case header, headerAtom, headerUnit, prepare, prepareAtom
  }

  let kind: Kind
  let item: Item
  let slot: Int
  var description: String { "\(kind) of \(item) at slot \(slot)" }

  private let geometry = SampleFile.geometry

  init(using random: inout SplitMix64) {
    kind = Kind.allCases.randomElement(using: &random) ?? .flip
    item = Item.allCases.randomElement(using: &random) ?? .header
    slot = Int.random(in: 0..<SampleFile.slotCount, using: &random)
  }

  init(_ kind: Kind, _ item: Item, slot: Int) {
    self.kind = kind
    self.item = item
    self.slot = slot
  }

  /// The item's place in the file.
  private func range(_ slot: Int) -> Range<UInt64> {
    let perUnit = geometry.headersPerUnit
    let (start, count): (UInt64, UInt64) =
      switch item {
      case .header: (geometry.headerOffset(slot: slot), 256)
      case .headerAtom: (geometry.headerOffset(slot: slot / 2 * 2), 512)
      case .headerUnit: (geometry.headerOffset(slot: slot / perUnit * perUnit), UInt64(geometry.ioUnit))
      case .prepare: (geometry.prepareOffset(slot: slot), UInt64(geometry.messageSize))
      case .prepareAtom: (geometry.prepareOffset(slot: slot), 512)
      }
    return start..<start + count
  }

  /// Slots of the item. Headers are read by the unit, so that one that cannot be read takes its unit with it.
  private func slots(_ slot: Int) -> Range<Int> {
    switch kind == .unreadable && (item == .header || item == .headerAtom) ? .headerUnit : item {
    case .headerAtom: slot / 2 * 2..<slot / 2 * 2 + 2
    case .headerUnit:
      slot / geometry.headersPerUnit * geometry.headersPerUnit..<(slot / geometry.headersPerUnit + 1)
        * geometry.headersPerUnit
    default: slot..<slot + 1
    }
  }

  private var step: Int { item == .headerUnit ? geometry.headersPerUnit : item == .headerAtom ? 2 : 1 }
  private var neighbour: Int { (slot + step) % SampleFile.slotCount }

  /// Every slot the fault may have changed.
  var touched: Set<Int> {
    kind == .swap || kind == .misdirected ? Set(slots(slot)).union(slots(neighbour)) : Set(slots(slot))
  }

  /// Applies the fault. `past` is the device as it was some time before: where stale bytes come from.
  func apply(to storage: MemoryStorage, past: MemoryStorage, using random: inout SplitMix64) {
    let range = range(slot)
    switch kind {
    case .flip: storage.flipBit(at: UInt64.random(in: range.lowerBound * 8..<range.upperBound * 8, using: &random))
    case .zero: storage.zero(range)
    case .garbage: storage.garbage(range, using: &random)
    case .unreadable: storage.failReads(range)
    case .stale: storage.replace(at: range.lowerBound, with: bytes(past, range))
    case .misdirected: storage.replace(at: self.range(neighbour).lowerBound, with: bytes(storage, range))
    case .swap:
      let (one, other) = (bytes(storage, range), bytes(storage, self.range(neighbour)))
      storage.replace(at: range.lowerBound, with: other)
      storage.replace(at: self.range(neighbour).lowerBound, with: one)
    }
  }

  private func bytes(_ storage: MemoryStorage, _ range: Range<UInt64>) -> IOBuffer {
    let buffer = IOBuffer(byteCount: range.count)
    _ = try? storage.read(range.count, at: range.lowerBound, into: buffer)
    return buffer
  }
}
