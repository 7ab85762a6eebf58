internal import MKraftFormat
internal import MKraftOutput

/// Writes a scan as it is read.
struct KeyValueScanRendering {
  static let schema = JSONSchema("mkraft-ctl-kv-scan", version: 1)

  let console: Console
  let isHex: Bool

  func render(_ scan: KeyValueScan) throws(Failure) -> ExitCode {
    console.format == .json ? try renderDocument(scan) : try renderLines(scan)
  }

  /// One pair a line, as text or as JSON.
  private func renderLines(_ scan: KeyValueScan) throws(Failure) -> ExitCode {
    let json = console.format == .ndjson ? JSONWriter(console.out, layout: .compact) : nil
    let outcome = try scan.run { pair in
      if let json { json.object { members(pair, json) } } else { line(pair) }
      return console.out.isOpen
    }
    if let next = outcome.next, console.out.isOpen {
      console.diagnostics.warning("more keys follow; go on from \(Escape.word(next, isHex: isHex))")
    }
    return .sound
  }

  /// A document that is whole even if the scan is not.
  private func renderDocument(_ scan: KeyValueScan) throws(Failure) -> ExitCode {
    var ending = Result<KeyValueScan.Outcome, Failure>.success(KeyValueScan.Outcome())
    console.render(KeyValueScanRendering.schema) { json in
      json.array("pairs") {
        do throws(Failure) {
          let outcome = try scan.run { pair in
            json.object { members(pair, json) }
            return console.out.isOpen
          }
          ending = .success(outcome)
        } catch { ending = .failure(error) }
      }
      finish(ending, json)
    } text: { _ in
    }
    _ = try ending.get()
    return .sound
  }

  private func finish(_ ending: Result<KeyValueScan.Outcome, Failure>, _ json: JSONWriter) {
    switch ending {
    case .success(let outcome):
      json.field("op", outcome.op)
      json.field("more", outcome.next != nil)
      if let next = outcome.next { json.bytes("next", hexName: "next_hex", next) }
      json.field("exit", ExitCode.sound)
    case .failure(let failure):
      json.field("reason", failure.reason)
      json.field("exit", failure.code)
    }
  }

  private func members(_ pair: KeyValuePair, _ json: JSONWriter) {
    json.bytes("key", hexName: "key_hex", pair.key)
    json.bytes("value", hexName: "value_hex", pair.value)
  }

  private func line(_ pair: KeyValuePair) {
    console.out.writeWord(pair.key, isHex: isHex)
    console.out.write("\t" as String)
    console.out.writeWord(pair.value, isHex: isHex)
    console.out.write("\n" as String)
  }
}
