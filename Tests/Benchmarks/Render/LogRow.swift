internal import MKraftOutput

/// What a row shows: as many numbers, words and checksums as a listing of the log has.
struct LogRow {
  let op: UInt64
  let slot: Int
  let term: UInt64
  let state: String
  let checksum: UInt128
  let size: Int

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
