internal import MKraftFormat
internal import MKraftStorage

/// A file as it would be after some changes, which lie over the bytes of one that stays as it is. It is read only.
///
/// What is changed is not read below, so that a range that the device refuses can be changed too. Memory: the changes' own bytes;
/// what comes from another file is read there each time.
final class OverlayStorage: Storage {
  enum Content: Sendable {
    case zeros
    case bytes([UInt8])
    /// Bytes of another file, from an offset on.
    case file(any Storage, at: UInt64)
  }

  struct Patch: Sendable {
    let range: Range<UInt64>
    let content: Content
  }

  let base: any Storage
  /// In order, none touching another's bytes.
  private let patches: [Patch]
  let byteCount: UInt64
  let directAlignment: Int

  init(_ base: any Storage, _ patches: [Patch], byteCount: UInt64) {
    self.base = base
    self.patches = patches.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    self.byteCount = byteCount
    directAlignment = base.directAlignment
  }

  func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int) throws(StorageError) -> Int {
    precondition(count >= 0 && start >= 0 && count <= buffer.byteCount - start, "a read ends inside its buffer")
    let end = min(byteCount, offset.addingReportingOverflow(UInt64(count)).overflow ? .max : offset + UInt64(count))
    guard offset < end else {
      buffer.zero(start..<start + count)
      return 0
    }
    var position = offset
    var index = firstPatch(endingAfter: offset)
    while position < end {
      // Each step takes a patch or what is between two of them, whatever the patches are: none is met twice.
      while index < patches.count, patches[index].range.upperBound <= position { index += 1 }
      let at = start + Int(position - offset)
      let next = index < patches.count ? patches[index].range : end..<end
      if next.contains(position) {
        let piece = position..<min(end, next.upperBound)
        try fill(piece, from: patches[index], into: buffer, at: at)
        position = piece.upperBound
        index += 1
      } else {
        let piece = position..<min(end, next.lowerBound)
        try copy(base, piece.count, from: piece.lowerBound, into: buffer, at: at)
        position = piece.upperBound
      }
    }
    let done = Int(end - offset)
    buffer.zero(start + done..<start + count)
    return done
  }

  func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int) throws(StorageError) {
    throw StorageError(.write, nil, offset: offset, count: UInt64(count), cause: .unsupported)
  }

  func resize(to byteCount: UInt64) throws(StorageError) {
    throw StorageError(.resize, nil, count: byteCount, cause: .unsupported)
  }

  private func firstPatch(endingAfter offset: UInt64) -> Int {
    var (low, high) = (0, patches.count)
    while low < high {
      let middle = (low + high) / 2
      if patches[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func fill(
    _ range: Range<UInt64>, from patch: Patch, into buffer: IOBuffer, at start: Int
  ) throws(StorageError) {
    let skipped = Int(range.lowerBound - patch.range.lowerBound)
    switch patch.content {
    case .zeros: buffer.zero(start..<start + range.count)
    case .bytes(let bytes): buffer.copy(from: bytes.rawSpan.extracting(skipped..<skipped + range.count), at: start)
    case .file(let storage, let offset):
      try copy(storage, range.count, from: offset + UInt64(skipped), into: buffer, at: start)
    }
  }

  /// What lies beyond the end of a file reads as zeros.
  private func copy(
    _ storage: any Storage, _ count: Int, from offset: UInt64, into buffer: IOBuffer, at start: Int
  ) throws(StorageError) {
    let found = try storage.read(count, at: offset, into: buffer, from: start)
    buffer.zero(start + found..<start + count)
  }
}
