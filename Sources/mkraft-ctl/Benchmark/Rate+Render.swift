internal import MKraftBenchmark
internal import MKraftOutput

/// How rates look in every document and table of `benchmark`.
extension Rate: JSONValue {
  func write(to json: JSONWriter) {
    json.object {
      json.field("count", count)
      json.field("per_second", perSecond)
      json.field("mean_us", mean)
      json.field("p50_us", median)
      json.field("p99_us", p99)
      json.field("p99_9_us", p999)
      json.field("max_us", largest)
    }
  }
}

extension Shape {
  static let rate = Shape.object([
    .init("count", .integer), .init("per_second", .number), .init("mean_us", .number), .init("p50_us", .number),
    .init("p99_us", .number), .init("p99_9_us", .number), .init("max_us", .number),
  ])
}

extension TextColumn {
  /// The columns of a rate.
  static let rate = ["/s", "p50", "p99", "p99.9", "max"].map { TextColumn($0, .right) }

  static func numbers(_ titles: String...) -> [TextColumn] { titles.map { TextColumn($0, .right) } }
}

extension TextTable {
  /// The cells of a rate.
  func cells(_ rate: Rate) {
    cell(count: rate.perSecond)
    for latency in [rate.median, rate.p99, rate.p999, rate.largest] { cell(Words.time(latency)) }
  }

  /// A number of things a second, or of ops: three digits at least, no more after the point than they need.
  func cell(count: Double, _ tone: Tone = .plain) { cell(Words.number(count), tone) }
}

/// Measured figures in words.
enum Words {
  /// Of microseconds.
  static func time(_ microseconds: Double) -> String { Duration.microseconds(microseconds).readable }

  /// Of seconds.
  static func time(seconds: Double) -> String { Duration.seconds(seconds).readable }

  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    if abs(value) >= 100 { return "\(Int(value.rounded()))" }
    return fixed(value, digits: abs(value) >= 10 ? 1 : 2)
  }

  static func ratio(_ value: Double) -> String { fixed(value, digits: 2) }

  /// A change from `before`, in percent.
  static func change(_ value: Double, from before: Double) -> String {
    let change = (value / before - 1) * 100
    return (change > 0 ? "+" : "") + fixed(change, digits: 1) + " %"
  }

  static func rate(_ bytesPerSecond: Double) -> String {
    ByteRate(bytesPerSecond: UInt64(max(0, bytesPerSecond))).description
  }

  static func bytes(_ count: Int) -> String { ByteCount(UInt64(count)).description }

  private static func fixed(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let scaled = Int((value * Double(scale)).rounded())
    let rest = String(abs(scaled) % scale)
    let zeros = String(repeating: "0", count: digits - rest.count)
    return (scaled < 0 ? "-" : "") + "\(abs(scaled) / scale).\(zeros)\(rest)"
  }
}
