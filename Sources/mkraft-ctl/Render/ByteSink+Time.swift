internal import MKraftOutput

extension ByteSink {
  /// Writes a time of the file, nanoseconds since 1970 UTC, as `2026-01-31T23:59:59.123456789Z`.
  func writeTime(_ nanoseconds: UInt64) {
    let seconds = nanoseconds / 1_000_000_000
    let date = civil(days: seconds / 86400)
    writeDecimal(date.year, digits: 4)
    write("-")
    writeDecimal(date.month, digits: 2)
    write("-")
    writeDecimal(date.day, digits: 2)
    write("T")
    writeDecimal(seconds % 86400 / 3600, digits: 2)
    write(":")
    writeDecimal(seconds % 3600 / 60, digits: 2)
    write(":")
    writeDecimal(seconds % 60, digits: 2)
    write(".")
    writeDecimal(nanoseconds % 1_000_000_000, digits: 9)
    write("Z")
  }
}

/// The date of the Gregorian calendar so many days after 1970-01-01. Years are counted from March, so that the leap day is the
/// last of its year.
private func civil(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
  let shifted = days + 719_468  // days since 0000-03-01
  let era = shifted / 146_097
  let dayOfEra = shifted % 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
