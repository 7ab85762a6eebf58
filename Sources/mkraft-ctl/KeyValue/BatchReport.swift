internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// What `kv batch` writes: a line for each result worth one, as it comes, and a summary.
struct BatchReport {
  static let schema = JSONSchema("mkraft-ctl-kv-batch", version: 1)

  let console: Console
  let isHex: Bool
  let address: NetworkAddress
  /// The first request that failed; those after it in the same session were not sent.
  private(set) var failure: Failure?
  private var code = ExitCode.sound
  private var requests = 0
  private var done = 0
  private var notDone = 0
  private var unanswered = 0
  /// Least number of a line without a result.
  private var firstUnanswered: Int?
  private var lastOp: UInt64 = 0
  private let start = ContinuousClock.now
  private let json: JSONWriter?

  init(console: Console, isHex: Bool, address: NetworkAddress) {
    self.console = console
    self.isHex = isHex
    self.address = address
    json = console.format == .text ? nil : JSONWriter(console.out, layout: .compact)
  }

  mutating func add(_ work: BatchLane.Done) {
    requests += 1
    switch work.answer {
    case .failure(let error):
      unanswered += work.work.lines.count
      firstUnanswered = min(firstUnanswered ?? .max, work.work.lines[0])
      failure = failure ?? Failure(error, at: address)
    case .success(let answer):
      lastOp = max(lastOp, answer.op)
      for (index, result) in answer.results.enumerated() {
        add(work.work.events[index], result, line: work.work.lines[index])
      }
    }
  }

  private mutating func add(_ event: KeyValueEvent, _ result: KeyValueResult, line: Int) {
    code.raise(to: result.status.exitCode)
    if result.status == .ok { done += 1 } else { notDone += 1 }
    guard event.code == .get || result.status != .ok else { return }
    if let json {
      json.object {
        json.field("line", line)
        json.keyValue(event, result)
      }
      return
    }
    let out = console.out
    out.writeDecimal(line)
    out.write("\t" as String)
    out.writeWord(event.key, isHex: isHex)
    out.write("\t" as String)
    if result.status == .ok {
      out.writeWord(result.value, isHex: isHex)
    } else {
      out.write(result.status.name)
    }
    out.write("\n" as String)
  }

  func flush() { console.out.flush() }

  /// Writes the summary.
  func finish(lines: Int) -> ExitCode {
    var code = code
    if let failure { code.raise(to: failure.code) }
    if let json {
      writeSummary(lines, code, to: json)
    } else {
      writeSummary(lines)
    }
    return code
  }

  private func writeSummary(_ lines: Int, _ code: ExitCode, to json: JSONWriter) {
    json.document(BatchReport.schema, toolVersion: FormatVersion.tool) {
      json.field("lines", lines)
      json.field("requests", requests)
      json.field("done", done)
      json.field("not_done", notDone)
      json.field("unanswered", unanswered)
      json.field("first_unanswered_line", firstUnanswered)
      json.field("op", lastOp)
      json.field("seconds", (ContinuousClock.now - start) / .seconds(1))
      json.field("reason", failure?.reason)
      json.field("exit", code)
    }
    console.markAnswered()
    if let failure { console.report(failure) }
  }

  private func writeSummary(_ lines: Int) {
    let elapsed = ContinuousClock.now - start
    console.errors.write("\(done) done, \(notDone) not done, \(requests) requests, \(elapsed.readable)\n")
    guard let failure else { return }
    console.diagnostics.error(failure.reason, of: failure.subject)
    if let firstUnanswered {
      console.diagnostics.error("\(unanswered) lines have no result, the first of them is line \(firstUnanswered)")
    }
  }
}
