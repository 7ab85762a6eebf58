import Glibc
import SystemPackage
import Testing

/// Bytes checked, skipped and unreadable add up to the file's size: on every fixture, as it is, cut anywhere, and with something
/// behind its end.
@Suite struct AccountingTests {
  @Test(arguments: Fixture.all) func addsUp(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"]
    let unpacked = try Run.shell("gzip -dc < \"$1\" > \"$2\"", [fixture.compressed.string, path.string])
    #expect(unpacked.exit == 0, "\(unpacked)")
    let size = try Stat(path).size
    let lengths = [size, size + (1 << 20) + 17, size - 1, size / 2 + 511, 4096]
    for length in lengths where length >= 0 {
      try resize(path, to: length)
      try check(path, length, ["--cached"])
      // What was cut is zero from here on.
      if length == size { try check(path, length, ["--zone", "wal"]) }
      if length == size { try check(path, length, ["--max-bytes", "1M"]) }
    }
  }

  private func resize(_ path: FilePath, to length: Int64) throws {
    #expect(unsafe path.withPlatformString { unsafe truncate($0, off_t(length)) } == 0)
  }

  private func check(_ path: FilePath, _ length: Int64, _ arguments: [String]) throws {
    let run = try Run.tool(["verify-checksums", path.string, "--output", "ndjson"] + arguments)
    let tally = try #require(Tally(run.outputText), "\(run)")
    #expect(tally.size == UInt64(length) && tally.total == tally.size, "\(length): \(run)")
    #expect(tally.checked + tally.skipped + tally.unreadable == tally.size, "\(length): \(run)")
    #expect(tally.reasons == tally.skipped, "\(length): each skipped byte has a reason: \(run)")
  }

  /// The numbers of the member `bytes`.
  private struct Tally {
    let size: UInt64
    let checked: UInt64
    let skipped: UInt64
    let unreadable: UInt64
    let total: UInt64
    let reasons: UInt64

    init?(_ text: String) {
      func number(_ name: String, in text: Substring) -> UInt64? {
        guard let start = text.firstRange(of: "\"\(name)\":\"") else { return nil }
        return UInt64(text[start.upperBound...].prefix { $0 != "\"" })
      }
      guard let bytes = text.firstRange(of: "\"bytes\":{"), let end = text[bytes.upperBound...].firstRange(of: "]}")
      else {
        return nil
      }
      let members = text[bytes.upperBound..<end.lowerBound]
      guard let size = number("file_size", in: text[...]), let checked = number("checked", in: members),
        let skipped = number("skipped", in: members), let unreadable = number("unreadable", in: members),
        let total = number("total", in: members)
      else { return nil }
      (self.size, self.checked, self.skipped, self.unreadable, self.total) = (size, checked, skipped, unreadable, total)
      reasons = members.split(separator: "{").compactMap { number("byte_count", in: $0) }.reduce(0, +)
    }
  }
}
