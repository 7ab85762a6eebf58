import MKraftFormat

/// SplitMix64, for tests that print their seed.
struct KeyValueRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func bytes(_ sizes: ClosedRange<Int>) -> [UInt8] {
    (0..<int(sizes)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func event() -> KeyValueEvent {
    let key = bytes(1...20)
    switch int(0...4) {
    case 0: return .put(key: key, value: bytes(0...40))
    case 1: return .get(key: key)
    case 2: return .delete(key: key)
    case 3: return .compareAndSet(key: key, expected: int(0...1) == 0 ? nil : bytes(0...20), value: bytes(0...20))
    default: return .scan(start: key, end: int(0...1) == 0 ? nil : bytes(1...20), limit: UInt32(int(1...1000)))
    }
  }

  /// Damages bytes: changes some, sets a field to an extreme, cuts or lengthens them.
  mutating func garble(_ bytes: inout [UInt8]) {
    for _ in 0..<int(1...4) {
      guard !bytes.isEmpty else { return }
      let at = int(0...bytes.count - 1)
      switch int(0...4) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: next())
      case 1: bytes[at] ^= 1 << UInt8(int(0...7))
      case 2: for index in at..<min(at + 4, bytes.count) { bytes[index] = 0xFF }
      case 3: bytes.removeSubrange(at...)
      default: bytes += self.bytes(0...40)
      }
    }
  }
}
