internal import MKraftOutput
internal import SystemPackage

/// What a row shows: as many numbers, words and checksums as a listing of the log for people has.
struct RenderedRow {
  var op: UInt64
  var slot: Int
  var term: UInt64
  var state: String
  var checksum: UInt128
  var size: Int

  init(_ index: UInt64) {
    op = 1_000_000 + index
    slot = Int(index % 1024)
    term = 3 + index / 100_000
    state = index % 7 == 0 ? "torn" : "intact"
    checksum = UInt128(index &* 0x9E37_79B9_7F4A_7C15) << 64 | UInt128(index &* 0xD1B5_4A32_D192_ED03)
    size = 4096 + Int(index % 512)
  }

  func write(to json: JSONWriter) {
    json.object {
      json.field("op", op)
      json.field("slot", slot)
      json.field("term", term)
      json.field("state", state)
      json.field("checksum", hex: checksum)
      json.field("size", size)
    }
  }
}

/// Renders as many rows as the arguments say, and returns the exit code.
func render(_ arguments: [String]) -> Int32 {
  guard let count = arguments.isEmpty ? 4_000_000 : UInt64(arguments[0]), count > 0, arguments.count <= 1 else {
    print("usage: benchmark-render [ROWS]")
    return 64
  }
  // Few enough that they stay in the processor's cache, as rows do that were just decoded.
  let rows = (0..<4096).map { RenderedRow($0) }
  guard let null = try? FileDescriptor.open(FilePath("/dev/null"), .writeOnly) else { return 74 }
  let sink = ByteSink(null)
  let json = JSONWriter(sink, layout: .compact)
  let clock = ContinuousClock()
  let time = clock.measure {
    for index in 0..<Int(count) { rows[index % rows.count].write(to: json) }
    sink.flush()
  }
  let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
  print("{\"rows\":\(count),\"seconds\":\(seconds),\"rows_per_second\":\(Int(Double(count) / seconds))}")
  return 0
}
