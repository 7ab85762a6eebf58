import MKraftFormat
import Testing

@Suite struct KeyValueKeyOrderTests {
  @Test func keysAreOrderedAsUnsignedBytes() {
    // Each comes before all that follow it; the last byte of some would reverse the order if it counted more
    // than the first.
    let long = [UInt8](repeating: 0x10, count: 9)
    let keys: [[UInt8]] = [
      [0], [0, 0], [0, 0xFF], [1], [1, 0, 0, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 0, 0, 1], long, long + [0],
      long + [0, 0, 0, 0, 0, 0, 0, 1], long + [0, 1, 0, 0, 0, 0, 0, 0],
      long + [0x7F], long + [0x7F, 0, 0, 0, 0, 0, 0, 0xFF], long + [0x80], [0x10, 0x10, 0x11], [0x7F, 0xFF], [0x80],
      [0xFF], [0xFF, 0], [0xFF, 0xFF],
    ]
    for (i, left) in keys.enumerated() {
      for (j, right) in keys.enumerated() {
        let order = KeyValueKeyOrder(left.rawSpan, right.rawSpan)
        #expect(order == (i < j ? .before : i == j ? .same : .after), "\(left) \(right)")
      }
    }
  }
}
