/// The contents of a simulated device: pages that appear when they are written, and are shared with copies until then.
///
/// Bytes that no page holds are zero. Nothing beyond `byteCount` is ever anything but zero.
struct SparseBytes: Sendable {
  static let pageSize = 4096

  private(set) var byteCount: UInt64 = 0
  private var pages: [IOBuffer?] = []

  /// Lengthens with zeros or cuts off.
  mutating func resize(to newCount: UInt64) {
    let count = Int(newCount / UInt64(Self.pageSize)) + (newCount % UInt64(Self.pageSize) == 0 ? 0 : 1)
    if newCount < byteCount {
      pages.removeSubrange(min(count, pages.count)...)
      byteCount = newCount
      let tail = Int(newCount % UInt64(Self.pageSize))
      if tail > 0 && pages.count == count && pages[count - 1] != nil {
        ownPage(count - 1).zero(tail..<Self.pageSize)
      }
      return
    }
    byteCount = newCount
  }

  /// Copies the bytes of `range`, which may reach beyond the end, to `start` of `buffer`.
  func read(_ range: Range<UInt64>, into buffer: IOBuffer, from start: Int) {
    forEachPart(range) { page, part, done in
      if let bytes = page < pages.count ? pages[page] : nil {
        buffer.copy(from: bytes, range: part, at: start + done)
      } else {
        buffer.zero(start + done..<start + done + part.count)
      }
    }
  }

  /// Copies bytes from `start` of `buffer` to `range`, and lengthens the contents to its end.
  mutating func write(_ range: Range<UInt64>, from buffer: IOBuffer, from start: Int) {
    if range.upperBound > byteCount { resize(to: range.upperBound) }
    forEachPart(range) { page, part, done in
      ownPage(page).copy(from: buffer, range: start + done..<start + done + part.count, at: part.lowerBound)
    }
  }

  /// The page to change: a copy of its own if it was shared, a new one if there was none.
  private mutating func ownPage(_ index: Int) -> IOBuffer {
    while pages.count <= index { pages.append(nil) }
    // Asked before the page is taken hold of, which would be a second reference.
    let isOwn = isKnownUniquelyReferenced(&pages[index])
    if isOwn, let page = pages[index] { return page }
    let page = IOBuffer(byteCount: Self.pageSize, alignment: 16)
    if let old = pages[index] { page.copy(from: old, range: 0..<Self.pageSize, at: 0) }
    pages[index] = page
    return page
  }
}

/// Calls `body` for every page that `range` touches: its number, the part of it, and how many bytes of the range lie before.
private func forEachPart(_ range: Range<UInt64>, _ body: (_ page: Int, _ part: Range<Int>, _ done: Int) -> Void) {
  let size = UInt64(SparseBytes.pageSize)
  var position = range.lowerBound
  while position < range.upperBound {
    let first = Int(position % size)
    let end = min(first + Int(min(range.upperBound - position, size)), SparseBytes.pageSize)
    body(Int(position / size), first..<end, Int(position - range.lowerBound))
    position += UInt64(end - first)
  }
}
