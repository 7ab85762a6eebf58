internal import Glibc

/// Processor time that this process has used, in microseconds.
package struct UsedTime {
  package let user: Double
  package let system: Double

  package static var now: UsedTime {
    var usage = rusage()
    _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return UsedTime(user: microseconds(usage.ru_utime), system: microseconds(usage.ru_stime))
  }

  private static func microseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }
}
