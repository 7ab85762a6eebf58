internal import ArgumentParser
internal import Glibc

/// A moment on the command line: RFC 3339 (`2026-01-31T23:59:59.5Z`, `2026-01-31T23:59:59+01:00`), a day of UTC (`2026-01-31`), or
/// how long ago (`15m`, `2h`, `3d`).
struct TimeArgument: ExpressibleByArgument {
  private static let daySeconds: Int64 = 86_400

  /// Since 1970 UTC.
  let nanoseconds: UInt64

  init?(argument: String) {
    if let span = SpanArgument(argument: argument), argument.last?.isNumber == false {
      let now = TimeArgument.now
      guard span.nanoseconds <= now else { return nil }
      nanoseconds = now - span.nanoseconds
      return
    }
    guard let parsed = TimeArgument.parse(argument) else { return nil }
    nanoseconds = parsed
  }

  private static var now: UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  // MARK: RFC 3339

  private static func parse(_ text: String) -> UInt64? {
    var scanner = Scanner(text)
    guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
      let day = scanner.number(2), (1...12).contains(month), (1...days(in: month, of: year)).contains(day)
    else { return nil }
    var seconds = daysSinceEpoch(year, month, day) * daySeconds
    var fraction: Int64 = 0
    if !scanner.isAtEnd {
      guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let time = scanner.time() else { return nil }
      (seconds, fraction) = (seconds + time.seconds, time.nanoseconds)
      guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
      seconds -= offset
    }
    guard seconds >= 0, let whole = UInt64(exactly: seconds) else { return nil }
    let (scaled, isFar) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (moment, isBeyond) = scaled.addingReportingOverflow(UInt64(fraction))
    return isFar || isBeyond ? nil : moment
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
    switch month {
    case 2: return isLeap ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Of the Gregorian calendar. Years are counted from March, so that the leap day is the last of its year.
  private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }

  private struct Scanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Character) -> Bool {
      guard rest.first == character.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(_ digits: Int) -> Int64? {
      let text = rest.prefix(digits)
      guard text.count == digits, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest.removeFirst(digits)
      return Int64(Substring(text))
    }

    mutating func time() -> (seconds: Int64, nanoseconds: Int64)? {
      guard let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2), hour < 24,
        minute < 60, second <= 60
      else { return nil }
      var nanoseconds: Int64 = 0
      if take(".") {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count), let value = Int64(Substring(digits)) else { return nil }
        rest.removeFirst(digits.count)
        nanoseconds = (digits.count..<9).reduce(value) { value, _ in value * 10 }
      }
      return (hour * 3600 + minute * 60 + second, nanoseconds)
    }

    /// Seconds that the local time is ahead of UTC.
    mutating func offset() -> Int64? {
      if take("Z") || take("z") { return 0 }
      let isWest = take("-")
      guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60
      else { return nil }
      return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
  }
}
