internal import MKraftFormat
internal import MKraftStorage

extension Geometry {
  func headerRange(slot: Int) -> Range<UInt64> {
    headerOffset(slot: slot)..<headerOffset(slot: slot) + UInt64(PrepareHeader.byteCount)
  }

  func prepareRange(slot: Int) -> Range<UInt64> {
    prepareOffset(slot: slot)..<prepareOffset(slot: slot) + UInt64(messageSize)
  }
}

/// Bytes at rest of the files with `SampleReplica.geometry`.
extension MemoryStorage {
  private var geometry: Geometry { SampleReplica.geometry }

  /// Garbage whose seed is the place.
  func scramble(_ range: Range<UInt64>) {
    var generator = SplitMix64(seed: range.lowerBound)
    garbage(range, using: &generator)
  }

  func scrambleBoth(slot: Int) {
    scramble(geometry.headerRange(slot: slot))
    scramble(geometry.prepareRange(slot: slot))
  }

  // MARK: Superblocks

  func range(copy: Int) -> Range<UInt64> {
    let start = geometry.offset(of: .superblock(copy))
    return start..<start + UInt64(Superblock.byteCount)
  }

  /// The superblock that the file is opened at.
  func superblock() throws -> Superblock { try SuperblockDecision(SuperblockSurvey.read(self)).outcome.get() }

  func put(_ superblock: Superblock, copy: Int) {
    var image = superblock
    image.copy = copy
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    var bytes = buffer.mutableBytes
    image.encode(into: &bytes)
    replace(at: range(copy: copy).lowerBound, with: buffer)
  }

  /// The next update, in all copies.
  func update(_ change: (inout Superblock) -> Void) throws {
    let next = try superblock().successor(change)
    for copy in 0..<Superblock.copyCount { put(next, copy: copy) }
  }

  /// Makes a copy one of another format version, with a right checksum.
  func setFormatVersion(_ version: UInt32, copy: Int) throws {
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    _ = try read(buffer.byteCount, at: range(copy: copy).lowerBound, into: buffer)
    var bytes = buffer.mutableBytes
    bytes.store(version, Superblock.Layout.formatVersion)
    bytes.store(
      Checksum.of(buffer.bytes.extracting(Superblock.Layout.covered), as: .superblock), Superblock.Layout.checksum)
    replace(at: range(copy: copy).lowerBound, with: buffer)
  }

  // MARK: Log

  /// The header in the header ring.
  func header(inSlot slot: Int) throws -> PrepareHeader {
    let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
    _ = try read(buffer.byteCount, at: geometry.headerOffset(slot: slot), into: buffer)
    return try PrepareHeader(decoding: buffer.bytes)
  }

  /// A whole slot of the prepare ring.
  func prepare(inSlot slot: Int) throws -> IOBuffer {
    let buffer = IOBuffer(byteCount: Int(geometry.messageSize))
    _ = try read(buffer.byteCount, at: geometry.prepareOffset(slot: slot), into: buffer)
    return buffer
  }
}
