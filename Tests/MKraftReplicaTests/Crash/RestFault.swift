import MKraftFormat
import MKraftStorage

/// One fault at rest (section 4 of the design), put into a file on top of a power cut.
struct RestFault: CustomStringConvertible {
  enum Kind: String, CaseIterable {
    case flip
    case lostWrite = "lost write"
    case misdirectedWrite = "misdirected write"
    case unreadable = "EIO"
    case garbage
  }

  let kind: Kind
  let zone: CrashZone
  /// The bytes that are not what they were.
  let ranges: [Range<UInt64>]

  var description: String { "\(kind.rawValue) in \(zone.rawValue), bytes \(ranges)" }

  func touches(_ range: Range<UInt64>) -> Bool { ranges.contains { $0.overlaps(range) } }

  /// Draws a fault and puts it into `file`. Nil if the zone has no place: no block of a kind, or nothing was ever written there.
  static func apply(
    _ id: CrashCase, to file: MemoryStorage, _ map: CrashMap, _ device: CrashDevice
  ) -> RestFault? {
    var generator = SplitMix64(seed: id.faultSeed)
    // Numbers that follow each other go through all zones and kinds.
    let zone = CrashZone.allCases[(id.fault - 1) % CrashZone.allCases.count]
    let kind = Kind.allCases[(id.fault - 1) / CrashZone.allCases.count % Kind.allCases.count]
    guard let place = map.places(zone).randomElement(using: &generator) else { return nil }
    let draw = Draw(zone: zone, place: place, file: file, map: map, device: device)
    switch kind {
    case .flip: return draw.flip(&generator)
    case .lostWrite: return draw.lose()
    case .misdirectedWrite: return draw.misdirect(&generator)
    case .unreadable: return draw.failReads(&generator)
    case .garbage: return draw.garbage(&generator)
    }
  }

  private struct Draw {
    let zone: CrashZone
    let place: Range<UInt64>
    let file: MemoryStorage
    let map: CrashMap
    let device: CrashDevice

    /// Half of the bits lie where the headers are.
    func flip(_ generator: inout SplitMix64) -> RestFault {
      let isEarly = Bool.random(using: &generator)
      let count = isEarly ? min(512, UInt64(place.count)) : UInt64(place.count)
      let byte = place.lowerBound + UInt64.random(in: 0..<count, using: &generator)
      file.flipBit(at: 8 * byte + UInt64.random(in: 0..<8, using: &generator))
      return RestFault(kind: .flip, zone: zone, ranges: [byte..<byte + 1])
    }

    /// The last write of the place was reported durable, and never reached it.
    func lose() -> RestFault? {
      guard let write = device.past[place.lowerBound] else { return nil }
      file.replace(at: place.lowerBound, with: write.before)
      return RestFault(kind: .lostWrite, zone: zone, ranges: [range(at: place.lowerBound, write.count)])
    }

    /// The last write of the place went to another one, mostly of the same kind.
    func misdirect(_ generator: inout SplitMix64) -> RestFault? {
      guard let write = device.past[place.lowerBound] else { return nil }
      let isFar = Int.random(in: 0..<4, using: &generator) == 0
      let near = isFar ? [] : map.places(like: zone).filter { mayHit($0, write) }
      let targets = near.isEmpty ? places(&generator).filter { mayHit($0, write) } : near
      guard let target = targets.randomElement(using: &generator) else { return nil }
      file.replace(at: place.lowerBound, with: write.before)
      file.replace(at: target.lowerBound, with: write.bytes)
      return RestFault(
        kind: .misdirectedWrite, zone: zone,
        ranges: [range(at: place.lowerBound, write.count), range(at: target.lowerBound, write.count)])
    }

    /// Whether the write can be found there: inside the file, and nothing was written over it since. Where it destroys both copies
    /// of one entry it is two faults of one item, which look as if the entry had never been written.
    private func mayHit(_ target: Range<UInt64>, _ write: CrashDevice.PastWrite) -> Bool {
      let (from, hit) = (range(at: place.lowerBound, write.count), range(at: target.lowerBound, write.count))
      guard hit.lowerBound != from.lowerBound, hit.upperBound <= file.byteCount else { return false }
      let isOver = device.past.contains { offset, later in
        later.position > write.position && range(at: offset, later.count).overlaps(hit)
      }
      let isTwin = (0..<Int(map.geometry.slotCount)).contains { slot in
        map.geometry.slotRanges(slot).allSatisfy { $0.overlaps(from) || $0.overlaps(hit) }
      }
      return !isOver && !isTwin && !device.inFlight.contains { $0.range.overlaps(hit) }
    }

    private func places(_ generator: inout SplitMix64) -> [Range<UInt64>] {
      map.places(CrashZone.allCases.randomElement(using: &generator) ?? zone)
    }

    func failReads(_ generator: inout SplitMix64) -> RestFault {
      let unit = unit(&generator)
      file.failReads(unit)
      return RestFault(kind: .unreadable, zone: zone, ranges: [unit])
    }

    func garbage(_ generator: inout SplitMix64) -> RestFault {
      let unit = unit(&generator)
      file.garbage(unit, using: &generator)
      return RestFault(kind: .garbage, zone: zone, ranges: [unit])
    }

    /// An I/O unit of the place; the first in half of the cases.
    private func unit(_ generator: inout SplitMix64) -> Range<UInt64> {
      let size = UInt64(map.geometry.ioUnit)
      let count = max(1, UInt64(place.count) / size)
      let index = Bool.random(using: &generator) ? 0 : UInt64.random(in: 0..<count, using: &generator)
      return range(at: place.lowerBound + index * size, Int(size))
    }

    private func range(at offset: UInt64, _ count: Int) -> Range<UInt64> { offset..<offset + UInt64(count) }
  }
}
