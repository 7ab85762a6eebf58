internal import MKraftFormat

/// The cache's own affairs: the order of use, free frames, what leaves the cache.
extension Grid {
  /// Sees to it that `count` frames are free, dropping what was not used for the longest time and is on disk. False if too much is
  /// only in memory: then writes are under way or due, and it is to be tried again when one has completed.
  public func makeRoom(_ count: Int) -> Bool {
    var frame = oldest
    while freeFrameCount < count, frame >= 0 {
      let next = frames[frame].newer
      if isDroppable(frame) { drop(frame) }
      frame = next
    }
    return freeFrameCount >= count
  }

  /// Frames that hold nothing, made or not.
  var freeFrameCount: Int { freeFrames.count + capacity - frames.count }

  private func isDroppable(_ frame: Int) -> Bool {
    let it = frames[frame]
    return !it.isModified && !it.isWriting && !it.isLoading && !it.isFrozen && it.step != step
  }

  private func drop(_ frame: Int) {
    places[frames[frame].address] = nil
    unlink(frame)
    empty(frame)
  }

  func takeFreeFrame() -> Int {
    if let frame = freeFrames.popLast() { return frame }
    precondition(frames.count < capacity, "a frame is free: room is made before an event is executed")
    frames.append(GridFrame(buffer: IOBuffer(byteCount: Int(geometry.blockSize))))
    return frames.count - 1
  }

  /// Makes the frame hold the block `address`, with nothing known of its contents.
  func install(_ frame: Int, address: UInt64) {
    precondition(frames[frame].address == 0 && places[address] == nil, "a block is in the cache once")
    frames[frame].address = address
    places[address] = frame
    frames[frame].step = step
    append(frame)
  }

  /// The frame holds nothing any more.
  func empty(_ frame: Int) {
    clearModified(frame)
    let buffer = frames[frame].buffer
    frames[frame] = GridFrame(buffer: buffer)
    freeFrames.append(frame)
  }

  func use(_ frame: Int) {
    frames[frame].step = step
    guard newest != frame else { return }
    unlink(frame)
    append(frame)
  }

  private func append(_ frame: Int) {
    frames[frame].older = newest
    frames[frame].newer = -1
    if newest >= 0 { frames[newest].newer = frame } else { oldest = frame }
    newest = frame
  }

  func unlink(_ frame: Int) {
    let (older, newer) = (frames[frame].older, frames[frame].newer)
    if older >= 0 { frames[older].newer = newer } else if oldest == frame { oldest = newer }
    if newer >= 0 { frames[newer].older = older } else if newest == frame { newest = older }
    frames[frame].older = -1
    frames[frame].newer = -1
  }
}
