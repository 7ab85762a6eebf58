internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// The results of one batch.
struct KeyValueReport {
  static let schema = JSONSchema("mkraft-ctl-kv", version: 1)

  let events: [KeyValueEvent]
  let answer: KeyValueAnswer
  let isHex: Bool
  var isRaw = false

  private var exitCode: ExitCode {
    ExitCode.worst(answer.results.map(\.status.exitCode)) ?? .sound
  }

  func render(on console: Console) -> ExitCode {
    if console.format == .text { writeText(on: console) } else { writeJSON(on: console) }
    return exitCode
  }

  private func writeJSON(on console: Console) {
    console.render(KeyValueReport.schema) { json in
      json.field("op", answer.op)
      json.field("term", answer.term)
      json.array("results") {
        for (event, result) in zip(events, answer.results) { json.object { json.keyValue(event, result) } }
      }
      json.field("exit", exitCode)
    } text: { _ in
    }
  }

  private func writeText(on console: Console) {
    for (event, result) in zip(events, answer.results) {
      if result.status == .ok, event.code == .get { writeValue(event.key, result.value, to: console.out) }
      guard result.status != .ok else { continue }
      let key = Escape.word(event.key, isHex: isHex)
      console.diagnostics.error("\(key): \(result.failureText(isHex: isHex))")
    }
    let written = zip(events, answer.results).count { !$0.code.isReadOnly && $1.status == .ok }
    if written > 0 { console.out.write("ok \(written) op \(answer.op)\n") }
  }

  private func writeValue(_ key: [UInt8], _ value: [UInt8], to out: ByteSink) {
    if isRaw { return out.write(value.span) }
    if events.count > 1 {
      out.writeWord(key, isHex: isHex)
      out.write("\t" as String)
    }
    out.writeWord(value, isHex: isHex)
    out.write("\n" as String)
  }
}
