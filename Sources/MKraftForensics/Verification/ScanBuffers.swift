internal import MKraftFormat
internal import MKraftStorage
internal import Synchronization

/// The buffers of the threads of a scan, kept for the next scan of the file: the system clears a huge page before it gives it,
/// which for a small file takes as long as reading it.
final class ScanBuffers: Sendable {
  private let free = Mutex<[IOBuffer]>([])

  /// One that is large enough for any piece of a file of this geometry, for this thread alone until it is given back.
  func take(_ geometry: Geometry) -> IOBuffer {
    let needed = ScanBuffers.byteCount(geometry)
    let kept = free.withLock { $0.popLast() }
    if let kept, kept.byteCount >= needed { return kept }
    return IOBuffer(hugePagesFor: needed)
  }

  func give(_ buffer: IOBuffer) { free.withLock { $0.append(buffer) } }

  private static func byteCount(_ geometry: Geometry) -> Int {
    max(JournalReader.bufferByteCount(geometry), BlockReader.bufferByteCount(geometry), Int(geometry.messageSize))
  }
}
