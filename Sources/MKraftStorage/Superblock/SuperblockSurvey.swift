public import MKraftFormat

/// All that can be seen of a file's superblock copies, read without any trust in any one of them (rule R10).
public struct SuperblockSurvey: Sendable {
  /// A superblock copy found somewhere: it counts if `isAtHome`.
  public struct Sighting: Sendable {
    public let offset: UInt64
    public let superblock: Superblock
    /// Whether `offset` is the home of the copy's number under the copy's own geometry.
    public let isAtHome: Bool
  }

  /// Bytes read at each boundary by the scan, enough to recognise a copy.
  static let probeByteCount = 4096

  /// The geometry that the copies agree on; nil if no copy counts, or they contradict each other.
  public private(set) var geometry: Geometry?
  /// What stands at the four homes. Without a geometry only copy 0's home is known.
  public private(set) var copies: [CopyObservation] = []
  /// Every superblock found, in order of offset.
  public private(set) var sightings: [Sighting] = []
  /// Whether every 1 MiB boundary was looked at that is not in a hole of the file, and not only the homes.
  public private(set) var isScan = false
  /// Where a scan ended: the end of the file, or the nearest grid of all copies that count.
  public private(set) var scanEnd: UInt64 = 0
  /// Whether something at a boundary needs a newer release.
  public private(set) var sawNewerFormat = false

  /// Reads the copies at the homes that copy 0 names, or that the scan finds when copy 0 does not suffice.
  /// - Parameter scanning: look at every boundary even when copy 0 and its homes agree.
  public static func read(_ storage: any Storage, scanning: Bool = false) -> SuperblockSurvey {
    var survey = SuperblockSurvey()
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    let first = observe(storage, offset: 0, home: 0, buffer: buffer)
    if let superblock = first.valid, !scanning {
      survey.readHomes(storage, superblock.geometry, buffer: buffer)
      if survey.isAgreed { return survey }
    }
    survey.scan(storage, first: first, buffer: buffer)
    return survey
  }

  /// Whether so many copies of one file stand at these homes that nothing elsewhere can matter: two could be the beginning
  /// of another file, of another geometry, written over this one.
  private var isAgreed: Bool {
    let valid = copies.compactMap(\.valid)
    guard let one = valid.first, valid.count >= Superblock.writeThreshold else { return false }
    return valid.allSatisfy { $0.isSameFile(as: one) }
  }

  private mutating func readHomes(_ storage: any Storage, _ geometry: Geometry, buffer: IOBuffer) {
    self.geometry = geometry
    copies = (0..<Superblock.copyCount).map { copy in
      SuperblockSurvey.observe(
        storage, offset: geometry.offset(of: .superblock(copy)), home: copy, buffer: buffer)
    }
    sightings = (0..<Superblock.copyCount).compactMap { copy in
      guard let superblock = copies[copy].anySuperblock else { return nil }
      let offset = geometry.offset(of: .superblock(copy))
      return Sighting(offset: offset, superblock: superblock, isAtHome: copies[copy].valid != nil)
    }
    sawNewerFormat = copies.contains(where: \.isNewerFormat)
  }

  /// Ascends over the boundaries, except those in holes of the file. A copy that counts bounds the rest of the scan by its own
  /// grid, so that a client's values in the grid are never taken for a superblock.
  private mutating func scan(_ storage: any Storage, first: CopyObservation, buffer: IOBuffer) {
    var found: [Sighting] = []
    var newer = first.isNewerFormat
    var end = min(storage.byteCount, Geometry.gridOffsetMax)
    var offset: UInt64 = 0
    while let boundary = storage.nextBoundary(from: offset), boundary < end {
      offset = boundary
      defer { offset += Geometry.zoneAlignment }
      guard SuperblockSurvey.looksLikeSuperblock(storage, offset: offset, buffer: buffer) else { continue }
      let observation = SuperblockSurvey.observe(storage, offset: offset, home: nil, buffer: buffer)
      newer = newer || observation.isNewerFormat
      guard let superblock = observation.anySuperblock else { continue }
      let home = superblock.geometry.offset(of: .superblock(superblock.copy))
      found.append(Sighting(offset: offset, superblock: superblock, isAtHome: home == offset))
      if home == offset { end = min(end, superblock.geometry.offset(of: .grid)) }
    }
    let geometries = found.filter(\.isAtHome).map(\.superblock.geometry)
    if let geometry = geometries.first, geometries.allSatisfy({ $0 == geometry }) {
      readHomes(storage, geometry, buffer: buffer)
    } else {
      geometry = nil
      copies = [first]
    }
    sightings = found
    isScan = true
    scanEnd = end
    sawNewerFormat = newer || sawNewerFormat
  }

  private static func looksLikeSuperblock(_ storage: any Storage, offset: UInt64, buffer: IOBuffer) -> Bool {
    guard let count = try? storage.read(probeByteCount, at: offset, into: buffer), count == probeByteCount else {
      return false
    }
    return buffer.bytes.load(Superblock.Layout.magic) == Superblock.magic
  }

  private static func observe(
    _ storage: any Storage, offset: UInt64, home: Int?, buffer: IOBuffer
  ) -> CopyObservation {
    do {
      let count = try storage.read(Superblock.byteCount, at: offset, into: buffer)
      guard count == Superblock.byteCount else { return .beyondEnd }
    } catch { return .unreadable(error) }
    do {
      let superblock = try Superblock(decoding: buffer.bytes)
      return superblock.copy == home ?? superblock.copy ? .valid(superblock) : .misdirected(superblock)
    } catch { return .damaged(error) }
  }
}
