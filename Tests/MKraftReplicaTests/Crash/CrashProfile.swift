import MKraftFormat

/// What a recorded run is like. Everything follows from its seed.
struct CrashProfile {
  static let cluster: UInt128 = 0xC1

  let geometry: Geometry
  /// Keys that the clients use, few enough that most operations meet a key that exists.
  let keyCount: Int
  /// Whether all keys are long, so that a node has few children and the tree three levels.
  let hasLongKeys: Bool
  let clientCount: Int
  /// Ops before the recording begins, so that the tree is larger than the smallest cache; and after which it ends.
  let opsBefore: UInt64
  let opsAfter: UInt64

  /// Two runs of three have messages of 4 KiB, so that all values stand in leaves; the third has larger ones, and values in blocks
  /// of their own. One of the first two has long keys, so that with the smallest cache nodes of every level are written early.
  init(seed: UInt64) {
    let hasLargeMessages = seed % 3 == 2
    geometry = Geometry(
      slotCount: 64, messageSize: hasLargeMessages ? 32 << 10 : 4096, sessions: 8, blockSize: 16 << 10,
      gridBlocksMax: 4096)
    keyCount = hasLargeMessages ? 300 : 1500
    // More than there are sessions, so that some are evicted.
    clientCount = 10
    hasLongKeys = seed % 3 == 0
    (opsBefore, opsAfter) = hasLongKeys ? (500, 1300) : (300, 1100)
  }
}
