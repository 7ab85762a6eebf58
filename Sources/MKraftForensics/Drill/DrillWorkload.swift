package import MKraftFormat
internal import MKraftStorage

/// What the clients of a drill write: every request follows from the seed, the session and its number, so that whoever verifies
/// needs to remember only how many were acknowledged.
///
/// A request is one batch of three events. Done twice in a row, its compare-and-set fails; done again later, or out of turn, the
/// session's `latest` falls behind its counter; not done, its own key is missing.
package struct DrillWorkload: Sendable, Equatable {
  /// Largest value of a put, bytes.
  package static let valueSizeMax = 3000
  /// Most values are up to this long, bytes.
  static let usualValueSizeMax = 160
  /// One value of so many is long.
  static let longValueShare = 2

  package let seed: UInt64

  package init(seed: UInt64) {
    self.seed = seed
  }

  /// The key of a session's counter, which counts its executed requests.
  package func counterKey(_ session: Int) -> String { "counter/" + digits(UInt64(session), 4) }

  /// The key of the number of the session's last executed request, which a request sets without looking at it.
  package func latestKey(_ session: Int) -> String { "latest/" + digits(UInt64(session), 4) }

  /// The key that only this one request writes. Keys of a session lie in the order of their numbers.
  package func putKey(_ session: Int, _ number: UInt64) -> String { putPrefix(session) + digits(number, 10) }

  /// The first key beyond all of those of a session.
  package func putEnd(_ session: Int) -> String { putPrefix(session) + ":" }

  /// The number of the request that alone writes this key of the session; nil for any other key.
  package func number(ofPutKey key: [UInt8], _ session: Int) -> UInt64? {
    let prefix = Array(putPrefix(session).utf8)
    guard key.starts(with: prefix), let number = DrillWorkload.number(key.dropFirst(prefix.count)) else { return nil }
    return Array(putKey(session, number).utf8) == key ? number : nil
  }

  /// The value that only this one request writes.
  package func value(_ session: Int, _ number: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed ^ (UInt64(session) << 40) ^ number)
    let isLong = generator.next() % UInt64(DrillWorkload.longValueShare) == 0
    let limit = isLong ? DrillWorkload.valueSizeMax : DrillWorkload.usualValueSizeMax
    let count = Int(generator.next() % UInt64(limit)) + 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      var word = generator.next()
      for _ in 0..<min(8, count - bytes.count) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return bytes
  }

  /// What request `number` (from 1) of a session does.
  package func events(_ session: Int, _ number: UInt64) -> [KeyValueEvent] {
    precondition(number > 0, "requests are numbered from 1")
    let expected = number == 1 ? nil : Array("\(number - 1)".utf8)
    return [
      .compareAndSet(key: Array(counterKey(session).utf8), expected: expected, value: Array("\(number)".utf8)),
      .put(key: Array(latestKey(session).utf8), value: Array("\(number)".utf8)),
      .put(key: Array(putKey(session, number).utf8), value: value(session, number)),
    ]
  }

  /// The number that a counter's value stands for; nil if none of ours.
  package static func number(_ value: some Collection<UInt8>) -> UInt64? {
    // 19 digits fit into 64 bits.
    guard (1...19).contains(value.count) else { return nil }
    var number: UInt64 = 0
    for byte in value {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return number
  }

  private func putPrefix(_ session: Int) -> String { "put/" + digits(UInt64(session), 4) + "/" }

  private func digits(_ number: UInt64, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
