import MKraftOutput
import Testing

@Suite struct UnitsTests {
  @Test func byteCounts() {
    let expected: [(UInt64, String)] = [
      (0, "0 B"), (4096, "4096 B"), (10239, "10239 B"), (10240, "10.0 KiB"), (65536, "64.0 KiB"),
      // 1023.95 KiB rounds up into the next unit.
      (1_048_524, "1023.9 KiB"), (1_048_525, "1.0 MiB"), (1_048_576, "1.0 MiB"), (1 << 30, "1.0 GiB"),
      (1 << 30 + 1 << 29, "1.5 GiB"), (1 << 40, "1.0 TiB"), (1 << 50, "1.0 PiB"), (.max, "16.0 EiB"),
    ]
    for (bytes, text) in expected { #expect(ByteCount(bytes).description == text) }
  }

  @Test func byteCountsAreRead() {
    let expected: [(String, UInt64?)] = [
      ("0", 0), ("4096", 4096), ("4096B", 4096), ("64K", 65536), ("64k", 65536), ("1MiB", 1 << 20), ("2g", 2 << 30),
      ("3TiB", 3 << 40), ("1P", 1 << 50), ("15EiB", 15 << 60), ("16E", nil), ("18446744073709551615", .max),
      ("18446744073709551616", nil), ("", nil), ("K", nil), ("-1", nil), ("+1", nil), ("1.5G", nil), ("1KB", nil),
      ("1 K", nil), ("1KK", nil), ("1i", nil), ("\u{0661}", nil),
    ]
    for (text, bytes) in expected { #expect(ByteCount(text)?.bytes == bytes, "\(text)") }
  }

  @Test func durations() {
    let expected: [(Duration, String)] = [
      (.zero, "0 ns"), (.nanoseconds(870), "870 ns"), (.nanoseconds(1000), "1.0 us"), (.nanoseconds(12_345), "12.3 us"),
      (.nanoseconds(999_949), "999.9 us"), (.nanoseconds(999_950), "1.0 ms"), (.microseconds(12_345), "12.3 ms"),
      (.milliseconds(1500), "1.5 s"), (.milliseconds(59_949), "59.9 s"), (.milliseconds(59_950), "1 min 00 s"),
      (.seconds(125), "2 min 05 s"), (.seconds(3599), "59 min 59 s"), (.seconds(3720), "1 h 02 min"),
      (.seconds(3 * 86400 + 4 * 3600 + 59), "3 d 04 h"), (.milliseconds(-1500), "-1.5 s"),
      (.seconds(Int64.max), "106751991167300 d 15 h"),
    ]
    for (duration, text) in expected { #expect(duration.readable == text) }
  }

  @Test func rates() {
    #expect(ByteRate(bytes: 3 << 30, in: .seconds(2))?.description == "1.5 GiB/s")
    #expect(ByteRate(bytes: 500, in: .milliseconds(500))?.description == "1000 B/s")
    #expect(ByteRate(bytes: .max, in: .nanoseconds(1))?.bytesPerSecond == .max)
    #expect(ByteRate(bytes: 1, in: .zero) == nil)
    #expect(ByteRate(bytes: 1, in: .seconds(-1)) == nil)
  }
}
