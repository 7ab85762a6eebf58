internal import ArgumentParser

/// A time on the command line: a number of seconds, or with a unit: 90, 500ms, 30s, 10m, 2h, 1d.
struct TimeArgument: ExpressibleByArgument {
  let duration: Duration

  /// Milliseconds in each unit; the longest names first, for `ms` ends with `s`.
  private static let units: [(name: String, milliseconds: UInt64)] = [
    ("min", 60_000), ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("", 1000),
  ]

  init?(argument: String) {
    for (name, milliseconds) in TimeArgument.units where argument.hasSuffix(name) {
      guard let number = UInt64(argument.dropLast(name.count)), number > 0 else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: milliseconds)
      guard !overflow, product <= UInt64(Int64.max) else { return nil }
      duration = .milliseconds(Int64(product))
      return
    }
    return nil
  }
}
