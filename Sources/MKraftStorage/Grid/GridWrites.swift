/// Blocks on their way to the disk.
struct GridWrites {
  struct InFlight {
    let address: UInt64
    /// Whether the checkpoint being written waits for it.
    var isForCheckpoint: Bool
    /// The buffer it is written from, if that is one of the grid's own.
    let buffer: IOBuffer?
  }

  /// A block of the checkpoint's sets or sessions: it is never cached.
  struct Trailer {
    let address: UInt64
    let buffer: IOBuffer
  }

  /// Buffers that no write uses.
  var buffers: [IOBuffer] = []
  var inFlight: [InFlight] = []
  /// Frames to write for the checkpoint, highest address first, so that the last is taken next.
  var frozen: [Int] = []
  var trailers: [Trailer] = []
  /// Writes that the checkpoint waits for, begun or not.
  var checkpointCount = 0

  func isInFlight(_ address: UInt64) -> Bool { inFlight.contains { $0.address == address } }
}
