internal import Glibc
internal import Synchronization

/// The limits of a verification, of one file or of several, and how much of them is used up. Any thread may ask; any other may
/// interrupt.
public final class ScanBudget: Sendable {
  /// Longest sleep for the sake of the rate, so that an interruption is noticed soon.
  private static let nap = Duration.milliseconds(20)

  public let limits: ScanLimits
  private let now: @Sendable () -> ContinuousClock.Instant
  private let sleep: @Sendable (Duration) -> Void
  private let start: ContinuousClock.Instant
  private let read = Atomic<UInt64>(0)
  private let wasInterrupted = Atomic<Bool>(false)
  private let hasBegun = Atomic<Bool>(false)

  /// Time begins now.
  public init(
    _ limits: ScanLimits = ScanLimits(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    sleep: @escaping @Sendable (Duration) -> Void = ScanBudget.sleep
  ) {
    self.limits = limits
    self.now = now
    self.sleep = sleep
    start = now()
  }

  /// Ends the verification at the next piece.
  public func interrupt() { wasInterrupted.store(true, ordering: .relaxed) }

  /// Bytes read so far.
  public var byteCount: UInt64 { read.load(ordering: .relaxed) }

  public var isInterrupted: Bool { wasInterrupted.load(ordering: .relaxed) }

  /// Why nothing more is to be begun; nil as long as something may be.
  public var stop: ScanStop? {
    if isInterrupted { return .interrupted }
    if let most = limits.byteCount, byteCount >= most { return .byteLimit }
    if let time = limits.time, now() - start >= time { return .timeLimit }
    return nil
  }

  /// Whether another piece may be begun. However small the limits are, one may, so that whoever resumes comes to an end.
  func admitsPiece() -> Bool {
    let stop = stop
    guard stop != .interrupted else { return false }
    let isFirst = !hasBegun.exchange(true, ordering: .relaxed)
    return stop == nil || isFirst
  }

  /// Counts a read, and waits until the rate allows it.
  func take(_ count: Int) {
    let before = read.wrappingAdd(UInt64(count), ordering: .relaxed).oldValue
    guard let rate = limits.readRate else { return }
    let due = start + ScanBudget.time(for: before, at: rate)
    while stop == nil {
      let left = due - now()
      guard left > .zero else { return }
      sleep(min(left, ScanBudget.nap))
    }
  }

  private static func time(for byteCount: UInt64, at rate: UInt64) -> Duration {
    let rate = max(1, rate)
    let rest = UInt128(byteCount % rate) * 1_000_000_000 / UInt128(rate)
    return .seconds(Int64(clamping: byteCount / rate)) + .nanoseconds(Int64(rest))
  }

  /// Lets the calling thread sleep.
  public static func sleep(_ time: Duration) {
    let (seconds, attoseconds) = time.components
    var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    unsafe nanosleep(&left, nil)
  }
}
