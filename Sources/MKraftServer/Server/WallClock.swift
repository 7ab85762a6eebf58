internal import Glibc

/// The clock that the replica is told of; it has none of its own.
package enum WallClock {
  /// Nanoseconds since 1970 UTC; 0 before.
  package static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    guard time.tv_sec >= 0 else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
