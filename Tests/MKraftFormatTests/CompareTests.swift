import MKraftFormat
import Testing

struct CompareTests {
  /// An expectation cannot hold a span itself.
  private func starts(_ bytes: [UInt8], with others: [UInt8]) -> Bool { bytes.rawSpan.starts(with: others.rawSpan) }

  @Test("A span begins with another one exactly if no byte of that is another")
  func startsWith() {
    let bytes = (0..<40).map { UInt8($0) }
    for count in 0...40 {
      let others = Array(bytes[..<count])
      #expect(starts(bytes, with: others))
      #expect((count == 40) == starts(others, with: bytes))
      for index in 0..<count {
        var changed = others
        changed[index] ^= 0x80
        #expect(!starts(bytes, with: changed), "byte \(index) of \(count)")
      }
    }
  }
}
