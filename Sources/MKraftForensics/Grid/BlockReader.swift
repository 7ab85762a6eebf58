internal import MKraftFormat
internal import MKraftStorage

/// Verifies blocks of the grid in order of address (rule R16).
struct BlockReader {
  /// Bytes read at once, at most; a larger block is read alone.
  static let readByteCount = 1 << 20

  private let storage: any Storage
  private let ground: GridGround
  private let buffer: IOBuffer
  private let single: IOBuffer
  /// Times a block is read again before it is called damaged.
  private let rereads: Int

  /// - Parameter buffer: of `bufferByteCount` bytes at least, used by nobody else meanwhile.
  init(_ storage: any Storage, _ ground: GridGround, _ buffer: IOBuffer, rereads: Int) {
    self.storage = storage
    self.ground = ground
    self.buffer = buffer
    self.rereads = rereads
    single = IOBuffer(byteCount: Int(ground.geometry.blockSize))
  }

  static func bufferByteCount(_ geometry: Geometry) -> Int { max(readByteCount, Int(geometry.blockSize)) }

  /// Blocks that are read with one request at most.
  static func blocksPerRead(_ geometry: Geometry) -> UInt64 { UInt64(max(1, readByteCount / Int(geometry.blockSize))) }

  private var blockSize: Int { Int(ground.geometry.blockSize) }

  /// Verifies those of the blocks that are in use; at most `blocksPerRead`.
  func verify(_ addresses: Range<UInt64>, _ window: LeafWindow, _ tally: inout PieceTally) -> BlockNotes {
    var notes = BlockNotes()
    var first = addresses.lowerBound
    while first < addresses.upperBound {
      guard ground.use(of: first) != .free else {
        tally.skip(ground.range(of: first), .freeBlock)
        first += 1
        continue
      }
      var end = first + 1
      while end < addresses.upperBound, ground.use(of: end) != .free { end += 1 }
      verifyRun(first..<end, window, &notes, &tally)
      first = end
    }
    return notes
  }

  private func verifyRun(
    _ addresses: Range<UInt64>, _ window: LeafWindow, _ notes: inout BlockNotes, _ tally: inout PieceTally
  ) {
    let count = addresses.count * blockSize
    let start = ground.geometry.blockOffset(address: addresses.lowerBound)
    // A file that was cut short may lack any number of blocks: they are not asked for one by one.
    guard start < storage.byteCount else {
      for address in addresses { takeMissing(address, .beyondEnd, window, &notes, &tally) }
      return
    }
    let found = try? storage.read(count, at: start, into: buffer)
    guard found == count else {
      for address in addresses { verifyAlone(address, window, &notes, &tally) }
      return
    }
    let buffer = buffer
    for address in addresses {
      let base = Int(address - addresses.lowerBound) * blockSize
      if take(address, buffer.bytes.extracting(base..<base + blockSize), window, &notes, &tally) { continue }
      reread(address, window, &notes, &tally)
    }
  }

  // MARK: One block

  private func verifyAlone(
    _ address: UInt64, _ window: LeafWindow, _ notes: inout BlockNotes, _ tally: inout PieceTally
  ) {
    if let defect = load(address) { return takeMissing(address, defect, window, &notes, &tally) }
    let single = single
    if !take(address, single.bytes, window, &notes, &tally) { reread(address, window, &notes, &tally) }
  }

  /// A block that is damaged is read again: on a file in use something may have been writing it.
  private func reread(_ address: UInt64, _ window: LeafWindow, _ notes: inout BlockNotes, _ tally: inout PieceTally) {
    let single = single
    for _ in 0..<rereads {
      if let defect = load(address) { return takeMissing(address, defect, window, &notes, &tally) }
      if take(address, single.bytes, window, &notes, &tally) {
        notes.hasChanged = true
        return
      }
    }
    tally.check(ground.range(of: address))
    let fault = fault(address, single.bytes, window)
    note(address, fault, window, &notes)
  }

  /// Reads one block; or why it is not to be had.
  private func load(_ address: UInt64) -> BlockFault.Defect? {
    do throws(StorageError) {
      let count = try storage.read(blockSize, at: ground.geometry.blockOffset(address: address), into: single)
      return count == blockSize ? nil : .beyondEnd
    } catch { return .unreadable(error) }
  }

  private func takeMissing(
    _ address: UInt64, _ defect: BlockFault.Defect, _ window: LeafWindow, _ notes: inout BlockNotes,
    _ tally: inout PieceTally
  ) {
    tally.check(ground.range(of: address))
    let expected = window.leaf(at: address)?.reference.checksum ?? 0
    note(address, .block(BlockFault(address: address, expected: expected, defect: defect)), window, &notes)
  }

  /// Takes the block if it is right; false if it is not.
  private func take(
    _ address: UInt64, _ bytes: RawSpan, _ window: LeafWindow, _ notes: inout BlockNotes, _ tally: inout PieceTally
  ) -> Bool {
    let header: BlockHeader
    if let leaf = window.leaf(at: address) {
      guard let found = try? leaf.reference.verify(bytes, cluster: ground.superblock.cluster),
        brokenInvariant(of: leaf, bytes, found, window) == nil
      else { return false }
      header = found
      note(TreeNodeView(validated: bytes), address, &notes)
    } else {
      do throws(HeaderDefect) { header = try decode(bytes, address) } catch { return false }
      note(header, &notes)
    }
    let start = ground.range(of: address).lowerBound
    tally.check(start..<start + UInt64(header.size))
    tally.skip(start + UInt64(header.size)..<start + UInt64(blockSize), .blockRemainder)
    return true
  }

  /// A header that is right by itself, of this block of this file.
  private func decode(_ bytes: RawSpan, _ address: UInt64) throws(HeaderDefect) -> BlockHeader {
    let header = try BlockHeader(decoding: bytes)
    guard header.cluster == ground.superblock.cluster else { throw .violates(.blockCluster) }
    guard header.address == address else { throw .violates(.blockAddress) }
    return header
  }

  private func brokenInvariant(
    of leaf: LeafWindow.Leaf, _ bytes: RawSpan, _ header: BlockHeader, _ window: LeafWindow
  ) -> Invariant? {
    let (lower, upper) = (Array(window.lower(leaf)), Array(window.upper(leaf)))
    return ground.brokenInvariant(in: bytes, header, level: 0, lower.rawSpan, upper.rawSpan)
  }

  // MARK: Notes

  private func note(_ leaf: borrowing TreeNodeView, _ address: UInt64, _ notes: inout BlockNotes) {
    notes.leafCount += 1
    notes.pairCount += UInt64(leaf.count)
    for index in 0..<leaf.count where leaf.form(index) == .blocks {
      let count = leaf.payload(index).byteCount / BlockReference.byteCount
      for block in 0..<count {
        notes.references.append((leaf.valueBlock(index, block), address))
      }
    }
  }

  /// A block that no inner node names as a leaf: of interest if it may hold a value.
  private func note(_ header: BlockHeader, _ notes: inout BlockNotes) {
    guard header.type == .treeValue, ground.mayBelongToTree(header.address), ground.hasPlausibleBirth(header) else {
      return
    }
    notes.values.append(
      BlockReference(
        checksum: header.checksum, address: header.address, extent: UInt64(header.size) - UInt64(BlockHeader.byteCount))
    )
  }

  private func fault(_ address: UInt64, _ bytes: RawSpan, _ window: LeafWindow) -> CheckpointAudit.Fault {
    if let leaf = window.leaf(at: address) {
      do throws(BlockFault) {
        let header = try leaf.reference.verify(bytes, cluster: ground.superblock.cluster)
        let broken = brokenInvariant(of: leaf, bytes, header, window)
        return .violates(broken ?? .treeNodeShape, address: address)
      } catch { return .block(error) }
    }
    do throws(HeaderDefect) {
      let header = try decode(bytes, address)
      let other = BlockFault(address: address, expected: 0, defect: .otherContents(found: header.checksum))
      return .block(other)
    } catch {
      return .block(BlockFault(address: address, expected: 0, defect: .header(error)))
    }
  }

  private func note(
    _ address: UInt64, _ fault: CheckpointAudit.Fault, _ window: LeafWindow, _ notes: inout BlockNotes
  ) {
    if let leaf = window.leaf(at: address) {
      return notes.faults.append(GridFault(fault: fault, referrer: leaf.referrer))
    }
    guard case .block(let block) = fault else { return }
    notes.damaged.append(BlockNotes.Damaged(address: address, defect: block.defect))
  }
}
