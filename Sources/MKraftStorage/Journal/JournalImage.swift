public import MKraftFormat

/// The header ring as it must stand on disk, in memory: 256 bytes a slot.
///
/// Units are written from here whole, so a slot known to be damaged carries an `unknown` header in it: rewriting its
/// neighbours never makes it look blank (rule R12).
public final class JournalImage {
  private let geometry: Geometry
  private let cluster: UInt128
  private let ring: IOBuffer
  /// Units that differ from what is on disk.
  private var stale: [Bool]

  public init(geometry: Geometry, cluster: UInt128) {
    self.geometry = geometry
    self.cluster = cluster
    ring = IOBuffer(byteCount: Int(geometry.slotCount) * PrepareHeader.byteCount)
    stale = Array(repeating: false, count: Int(geometry.slotCount) / geometry.headersPerUnit)
  }

  /// Takes what was decided on a slot at the start.
  public func recover(_ evidence: SlotEvidence, _ disposition: SlotVerdict.Disposition) {
    if disposition == .fixed, let entry = evidence.validPrepare {
      set(entry, slot: evidence.slot)
      stale[unit(of: evidence.slot)] = true
    } else if let header = evidence.validHeader {
      set(header, slot: evidence.slot)
    } else {
      set(.placeholder(.unknown, slot: evidence.slot, cluster: cluster), slot: evidence.slot)
      stale[unit(of: evidence.slot)] = true
    }
  }

  public func set(_ header: PrepareHeader, slot: Int) {
    let buffer = ring
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes, at: slot * PrepareHeader.byteCount)
  }

  /// The header of a slot. What is in the image was valid when it was put there.
  public func header(slot: Int) -> PrepareHeader {
    let buffer = ring
    let base = slot * PrepareHeader.byteCount
    do {
      return try PrepareHeader(decoding: buffer.bytes.extracting(base..<base + PrepareHeader.byteCount))
    } catch {
      preconditionFailure("headers in the image are valid")
    }
  }

  public func unit(of slot: Int) -> Int { slot / geometry.headersPerUnit }

  /// Copies the unit into `buffer` for writing, and returns its offset in the file.
  public func copy(unit: Int, into buffer: IOBuffer) -> UInt64 {
    let byteCount = Int(geometry.ioUnit)
    buffer.copy(from: ring, range: unit * byteCount..<(unit + 1) * byteCount, at: 0)
    stale[unit] = false
    return geometry.headerOffset(slot: unit * geometry.headersPerUnit)
  }

  /// The next unit that must be rewritten, going round the ring from the one that holds `slot`, so that headers become
  /// durable in op order.
  public func staleUnit(from slot: Int) -> Int? {
    let first = unit(of: slot)
    return (0..<stale.count).lazy.map { (first + $0) % self.stale.count }.first { self.stale[$0] }
  }
}
