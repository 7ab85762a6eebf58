internal import MKraftFormat
internal import MKraftStorage

/// The log, each entry after the one before.
extension ForkWriter {
  /// Ends the checkpoint, whose id the entries carry, and writes the entries above it in both rings.
  mutating func writeLog() throws(ForkError) {
    var last = renamed(old.checkpoint.header, after: nil)
    next.checkpoint.header = last
    next.checkpoint.seal()
    let ids = CheckpointIDs(next)
    let image = JournalImage(geometry: geometry, cluster: fork.cluster)
    image.set(PrepareHeader.root(cluster: fork.cluster), slot: 0)
    for slot in 1..<Int(geometry.slotCount) {
      image.set(.placeholder(.reserved, slot: slot, cluster: fork.cluster), slot: slot)
    }
    next.suffix = SuffixHeaders()
    var op = old.checkpoint.op
    let reader = JournalReader(fork.storage, geometry: geometry, cluster: old.cluster)
    while op < fork.head {
      op += 1
      let slot = geometry.slot(of: op)
      guard let entry = reader.evidence(of: slot..<slot + 1)[0].validPrepare, entry.kind == .prepare, entry.op == op,
        let id = ids[op]
      else { throw .entry(op: op) }
      var header = renamed(entry, after: last)
      header.checkpointID = id
      header.seal()
      guard header.isChild(of: last) else { throw .entry(op: op) }
      try write(header, from: slot)
      image.recover(
        SlotEvidence(slot: slot, header: .beyondEnd, prepare: .valid(header)), .fixed)
      if fork.head - op < UInt64(Superblock.suffixLimit) { next.suffix.append(header) }
      last = header
    }
    try write(image)
    next.cut = LogPosition(last)
    next.clean = nil
  }

  /// The entry with the new cluster's id, behind `parent`. Of the checkpoint's own entry the parent is not in the file.
  private func renamed(_ entry: PrepareHeader, after parent: PrepareHeader?) -> PrepareHeader {
    guard entry.op > 0 else { return .root(cluster: fork.cluster) }
    var header = entry
    header.cluster = fork.cluster
    if let parent { header.parent = parent.checksum }
    header.seal()
    return header
  }

  private mutating func write(_ header: PrepareHeader, from slot: Int) throws(ForkError) {
    let offset = geometry.prepareOffset(slot: slot)
    let size = Int(header.size)
    let count = geometry.bytesOnDisk(size: size)
    let buffer = messageBuffer
    guard let found = try? fork.storage.read(count, at: offset, into: buffer), found >= size,
      header.matches(body: buffer.bytes.extracting(PrepareHeader.byteCount..<size))
    else { throw .entry(op: header.op) }
    var bytes = buffer.mutableBytes
    header.encode(into: &bytes)
    buffer.zero(size..<count)
    try write(buffer, count, at: offset)
  }

  private mutating func write(_ image: JournalImage) throws(ForkError) {
    let buffer = ForkWriter.buffer(Int(geometry.ioUnit))
    while let unit = image.staleUnit(from: 0) {
      let offset = image.copy(unit: unit, into: buffer)
      try write(buffer, buffer.byteCount, at: offset)
    }
  }
}
