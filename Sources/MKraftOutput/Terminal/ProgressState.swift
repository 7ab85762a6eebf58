/// How far the work has come at one instant, and what follows from it.
struct ProgressState {
  static let barWidths = 10...40
  /// Kept free for the facts, so that the bar does not change its length with them.
  static let factsWidth = 36

  let task: String
  var unit = Progress.Unit.bytes
  let done: UInt64
  let total: UInt64?
  let elapsed: Duration

  /// Rounded down, so that 100 means done; nothing without a total.
  var percent: Int? {
    guard let total else { return nil }
    guard done < total else { return 100 }
    return Int(UInt128(done) * 100 / UInt128(total))
  }

  /// Steps differ too much for one.
  var rate: ByteRate? { unit == .bytes ? ByteRate(bytes: done, in: elapsed) : nil }

  /// Time left at the mean rate so far.
  var remaining: Duration? {
    guard let total, let rate, rate.bytesPerSecond > 0 else { return nil }
    let bytes = done < total ? total - done : 0
    let milliseconds = UInt128(bytes) * 1000 / UInt128(rate.bytesPerSecond)
    return .milliseconds(Int64(clamping: milliseconds))
  }

  /// A line of at most `columns` characters. What does not fit is left out, the bar first.
  func line(columns: Int) -> String {
    let facts = self.facts
    let free = columns - task.count - max(facts.count, Self.factsWidth) - 6
    guard let percent, free >= Self.barWidths.lowerBound else {
      return String("\(task)  \(facts)".prefix(max(0, columns)))
    }
    let width = min(free, Self.barWidths.upperBound)
    let full = width * percent / 100
    let bar = String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
    return "\(task)  [\(bar)]  \(facts)"
  }

  private var facts: String {
    var facts: [String] = []
    if let percent { facts.append("\(percent)%") }
    switch (unit, total) {
    case (.bytes, nil): facts.append(ByteCount(done).description)
    case (.bytes, _): break
    case (.steps, let total): facts.append("step \(done)" + (total.map { " of \($0)" } ?? ""))
    }
    if let rate { facts.append(rate.description) }
    if let remaining { facts.append("\(remaining.readable) left") }
    return facts.joined(separator: "  ")
  }

  /// Writes the line for machines.
  func write(to json: JSONWriter, isFinished: Bool) {
    json.object {
      json.field("schema", Progress.schema.name)
      json.field("schema_version", Progress.schema.version)
      json.field("task", task)
      json.field("done_bytes", unit == .bytes ? done : nil)
      json.field("total_bytes", unit == .bytes ? total : nil)
      if unit == .steps {
        json.field("done_steps", done)
        json.field("total_steps", total)
      }
      json.field("percent", percent)
      json.field("bytes_per_second", rate?.bytesPerSecond)
      json.field("elapsed_ms", milliseconds(elapsed))
      json.field("remaining_ms", remaining.map(milliseconds))
      json.field("finished", isFinished)
    }
  }

  private func milliseconds(_ duration: Duration) -> Int64 {
    Int64(clamping: duration.wholeNanoseconds / 1_000_000)
  }
}
