import MKraftFormat
import Testing

struct CompareTests {
  @Test("A span begins with another one exactly if no byte of that is another")
  func startsWith() {
    let bytes = (0..<40).map { UInt8($0) }
    for count in 0...40 {
      let others = Array(bytes[..<count])
      #expect(bytes.rawSpan.starts(with: others.rawSpan))
      #expect((count == 40) == others.rawSpan.starts(with: bytes.rawSpan))
      for index in 0..<count {
        var changed = others
        changed[index] ^= 0x80
        #expect(!bytes.rawSpan.starts(with: changed.rawSpan), "byte \(index) of \(count)")
      }
    }
  }
}
