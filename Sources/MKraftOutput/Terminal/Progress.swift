/// How far long work over bytes, or of some steps, has come, on standard error.
///
/// On a terminal a bar appears after half a second and is gone when the work is done; for machines there is a line a
/// second and a last one at the end. Call `clear` before anything else is written to the same terminal.
public final class Progress {
  /// The schema of the lines for machines.
  public static let schema = JSONSchema("mkraft-ctl-progress", version: 1)
  /// Work that takes less than this shows no bar.
  public static let patience = Duration.milliseconds(500)
  /// Least time between two drawings of the bar.
  public static let drawInterval = Duration.milliseconds(100)
  /// Least time between two lines for machines.
  public static let lineInterval = Duration.seconds(1)

  /// What is counted.
  public enum Unit: Sendable {
    case bytes
    case steps
  }

  private enum Mode {
    case bar(columns: Int)
    case lines
    case silent
  }

  private let task: String
  private let unit: Unit
  private var total: UInt64?
  private let sink: ByteSink
  private let now: () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  private var mode: Mode
  private var done: UInt64 = 0
  private var next: ContinuousClock.Instant
  private var isDrawn = false

  /// Begins now. `task` says in a word or two what is being done, `total` of how many bytes or steps, if known.
  /// `terminal` is what `sink` leads to.
  public init(
    _ task: String, of unit: Unit = .bytes, total: UInt64?, choice: ProgressChoice, sink: ByteSink, terminal: Terminal,
    now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.task = task
    self.unit = unit
    self.total = total
    self.sink = sink
    self.now = now
    mode = Self.mode(choice, terminal)
    start = now()
    if case .lines = mode { next = start + Self.lineInterval } else { next = start + Self.patience }
  }

  private static func mode(_ choice: ProgressChoice, _ terminal: Terminal) -> Mode {
    switch choice {
    case .auto: terminal.isInteractive ? .bar(columns: terminal.columns) : .silent
    case .json: .lines
    case .never: .silent
    }
  }

  /// Takes note of `done` bytes or steps in all, and of how many if that is known only now; draws if it is time to.
  public func update(_ done: UInt64, of total: UInt64? = nil) {
    if case .silent = mode { return }
    if let total { self.total = total }
    self.done = done
    let instant = now()
    guard instant >= next else { return }
    switch mode {
    case .bar(let columns):
      drawBar(state(at: instant), columns: columns)
      next = instant + Self.drawInterval
    case .lines:
      writeLine(state(at: instant), isFinished: false)
      next = instant + Self.lineInterval
    case .silent: break
    }
  }

  /// Takes the bar off the terminal; the next drawing brings it back.
  public func clear() {
    guard isDrawn else { return }
    isDrawn = false
    sink.write("\r\u{1B}[K")
    sink.flush()
  }

  /// Ends it: the bar goes, or a last line is written. Nothing is shown after that.
  public func finish() {
    clear()
    if case .lines = mode { writeLine(state(at: now()), isFinished: true) }
    mode = .silent
  }

  private func state(at instant: ContinuousClock.Instant) -> ProgressState {
    ProgressState(task: task, unit: unit, done: done, total: total, elapsed: instant - start)
  }

  private func drawBar(_ state: ProgressState, columns: Int) {
    isDrawn = true
    sink.write("\r")
    // The last column stays free: a terminal would wrap the line there.
    sink.write(state.line(columns: columns - 1))
    sink.write("\u{1B}[K")
    sink.flush()
  }

  private func writeLine(_ state: ProgressState, isFinished: Bool) {
    state.write(to: JSONWriter(sink, layout: .compact), isFinished: isFinished)
    sink.flush()
  }
}
