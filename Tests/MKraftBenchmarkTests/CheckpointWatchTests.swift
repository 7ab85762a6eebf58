import MKraftBenchmark
import MKraftFormat
import Testing

/// Checkpoints and waits, found in what a replica says of itself. An interval of 100, a headroom of 20: op 100 begins the first
/// checkpoint, and until it is durable 120 is the last that is executed.
@Suite struct CheckpointWatchTests {
  private let begin = ContinuousClock.now
  private var watch: CheckpointWatch

  init() { watch = CheckpointWatch(Geometry(checkpointInterval: 100, headroom: 20)) }

  private mutating func note(
    _ milliseconds: Int, head: UInt64, commit: UInt64, checkpoint: UInt64 = 0
  ) -> CheckpointWatch.Ended {
    watch.note(head: head, commit: commit, checkpoint: checkpoint, at: begin + .milliseconds(milliseconds))
  }

  @Test mutating func checkpointWithoutAWait() {
    #expect(note(0, head: 99, commit: 99) == .init())
    #expect(note(10, head: 104, commit: 102) == .init(), "a write of headers committed beyond its op")
    #expect(note(15, head: 118, commit: 118) == .init())
    let ended = note(18, head: 119, commit: 118, checkpoint: 100)
    #expect(ended.checkpoint == CheckpointSpan(duration: 8000, ops: 16, openTime: 8000) && ended.stall == nil)
    #expect(note(20, head: 130, commit: 130, checkpoint: 100) == .init(), "the next one begins at 200")
  }

  /// The rate is that until somebody waits; what is committed at once when the wait is over does not count.
  @Test mutating func checkpointWithAWait() {
    #expect(note(0, head: 100, commit: 100) == .init())
    #expect(note(4, head: 120, commit: 120) == .init(), "the headroom is used up, but nobody is there")
    #expect(note(5, head: 121, commit: 120) == .init())
    #expect(note(7, head: 128, commit: 120) == .init())
    let ended = note(25, head: 130, commit: 128, checkpoint: 100)
    #expect(ended.stall == 20_000)
    #expect(ended.checkpoint == CheckpointSpan(duration: 25_000, ops: 20, openTime: 5000))
    #expect(ended.checkpoint?.rate == 4000)
  }

  /// With a headroom nearly as long as the interval, the ops that waited begin the next checkpoint in the moment the first ends.
  @Test mutating func oneBeginsWhereAnotherEnds() {
    watch = CheckpointWatch(Geometry(checkpointInterval: 100, headroom: 99))
    #expect(note(0, head: 100, commit: 100) == .init())
    #expect(note(10, head: 205, commit: 199) == .init())
    let first = note(30, head: 206, commit: 205, checkpoint: 100)
    #expect(first == .init(checkpoint: CheckpointSpan(duration: 30_000, ops: 99, openTime: 10_000), stall: 20_000))
    #expect(
      note(50, head: 210, commit: 210, checkpoint: 200).checkpoint
        == CheckpointSpan(duration: 20_000, ops: 5, openTime: 20_000))
  }
}
