import MKraftFormat

/// Random events over a set of keys small enough that most operations meet keys that exist.
struct KeyValueWorkload {
  /// Which share of the writes removes keys.
  enum Phase: CaseIterable {
    case growing, steady, shrinking

    var deletesInTen: Int {
      switch self {
      case .growing: 1
      case .steady: 5
      case .shrinking: 9
      }
    }
  }

  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Bytes of a message of 4 KiB beside its header.
  static let bodySizeMax = 4096 - 256

  /// A batch, its events and its body.
  mutating func batch(_ phase: Phase) throws -> (events: [KeyValueEvent], body: [UInt8]) {
    var builder = KeyValueBatchBuilder(bodySizeMax: Self.bodySizeMax)
    var events: [KeyValueEvent] = []
    for _ in 0..<int(1...8) {
      let next = event(phase)
      do throws(KeyValueBatchBuilderError) {
        try builder.append(next)
      } catch {
        guard error == .batchFull else { throw error }
        break
      }
      events.append(next)
    }
    return (events, builder.body)
  }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  private mutating func event(_ phase: Phase) -> KeyValueEvent {
    switch int(0...9) {
    case 0: return .get(key: key())
    case 1: return .scan(start: key(), end: int(0...2) == 0 ? nil : key(), limit: UInt32(int(1...60)))
    case 2, 3: return .compareAndSet(key: key(), expected: int(0...1) == 0 ? nil : smallValue(), value: value())
    default: return int(1...10) <= phase.deletesInTen ? .delete(key: key()) : .put(key: key(), value: value())
    }
  }

  /// One of 4096 keys of 1 to 12 bytes, some beginnings of others; now and then one longer than the comparison's steps.
  private mutating func key() -> [UInt8] {
    let number = int(0...4095)
    let tail = [UInt8](repeating: UInt8(number & 0xF) &* 17, count: number % 11)
    return [UInt8(number >> 4)] + tail
  }

  /// Mostly small and often equal, sometimes near to what a message holds.
  private mutating func value() -> [UInt8] {
    switch int(0...19) {
    case 0: [UInt8](repeating: 0xEE, count: int(1000...3600))
    case 1...3: [UInt8](repeating: 0xDD, count: int(20...200))
    default: smallValue()
    }
  }

  private mutating func smallValue() -> [UInt8] {
    [UInt8](repeating: UInt8(int(0...2)), count: int(0...3))
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
