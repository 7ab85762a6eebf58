internal import MKraftStorage
internal import Synchronization

/// Threads that do the same thing again and again, each on its own, as clients of a device do.
enum Workers {
  /// Runs `body` on `count` threads, and gives what all of them measured; the first error, if one had any.
  static func run(_ count: Int, _ body: @escaping @Sendable (_ worker: Int) throws -> [Double]) throws -> [Double] {
    let found = Mutex<Result<[Double], any Error>>(.success([]))
    let threads = (0..<count).compactMap { worker in
      WorkerThread {
        let result = Result { try body(worker) }
        found.withLock { found in
          guard case .success(let all) = found else { return }
          found = result.map { all + $0 }
        }
      }
    }
    for thread in threads { thread.join() }
    return try found.withLock { try $0.get() }
  }
}

extension IOBuffer {
  /// Fills the buffer with bytes that no device can squeeze.
  func fill(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var bytes = mutableBytes
    for offset in stride(from: 0, to: byteCount, by: 8) {
      bytes.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
    }
  }
}
