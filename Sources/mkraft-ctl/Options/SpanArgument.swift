internal import ArgumentParser

/// A span of time on the command line: a number with `ms`, `s`, `m`, `h` or `d`; a number alone is seconds.
struct SpanArgument: ExpressibleByArgument {
  private static let units: [(name: String, nanoseconds: UInt64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  let nanoseconds: UInt64

  /// As it is written on the command line, for the default.
  var defaultValueDescription: String { "\(nanoseconds / 1_000_000_000)s" }

  var duration: Duration { .nanoseconds(Int64(clamping: nanoseconds)) }

  init(seconds: UInt64) { nanoseconds = seconds * 1_000_000_000 }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    let unit = argument.dropFirst(digits.count)
    guard let number = UInt64(digits) else { return nil }
    guard let size = unit.isEmpty ? 1_000_000_000 : SpanArgument.units.first(where: { $0.name == unit })?.nanoseconds
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: size)
    guard !overflow else { return nil }
    nanoseconds = product
  }
}
