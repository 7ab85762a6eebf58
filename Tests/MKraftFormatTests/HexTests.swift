import MKraftFormat
import Testing

@Suite struct HexTests {
  @Test func writesThirtyTwoDigits() {
    #expect((0 as UInt128).hex == "00000000000000000000000000000000")
    #expect(UInt128.max.hex == "ffffffffffffffffffffffffffffffff")
    #expect((0x0123_4567_89AB_CDEF_0000_0000_0000_000A as UInt128).hex == "0123456789abcdef000000000000000a")
  }

  @Test func readsOneToThirtyTwoDigits() {
    #expect(UInt128(hex: "0") == 0)
    #expect(UInt128(hex: "c1") == 0xC1)
    #expect(UInt128(hex: "DeadBeef") == 0xDEAD_BEEF)
    #expect(UInt128(hex: "ffffffffffffffffffffffffffffffff") == .max)
    #expect(UInt128(hex: "xc1y".dropFirst().dropLast()) == 0xC1)
    let refused = [
      "", "-1", "+1", "0x1", " 1", "1 ", "1_0", "g", "１", "\u{0}", "1\n", "-", "+", "é",
      "-00000000000000000000000000000001",
      "000000000000000000000000000000001", "100000000000000000000000000000000",
    ]
    for text in refused { #expect(UInt128(hex: text) == nil, "\(text.debugDescription)") }
  }

  @Test func readsWhatItWrites() {
    var random = SplitMix64(seed: 51)
    for _ in 0..<1000 {
      let value = random.id() >> UInt128(random.below(128))
      #expect(UInt128(hex: value.hex) == value)
      #expect(UInt128(hex: value.hex.uppercased()) == value)
      #expect(value.hex.utf8.count == 32)
    }
  }
}
