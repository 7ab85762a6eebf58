internal import Glibc
internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// `dump-wal --follow`: like `tail -f` on the log of a file in use.
extension DumpWALCommand {
  /// Milliseconds between two looks.
  private static let interval: Int32 = 100

  func follow(_ file: ExaminedFile, _ filter: LogFilter, on console: Console) throws(Failure) -> ExitCode {
    let supplied = try supplied.supplied(for: file)
    guard let source = LogSource.find(file.storage, SuperblockSurvey.read(file.storage), supplied) else {
      throw Failure.placeUnknown(
        of: self.file, SuperblockInspection.read(file.storage), "the log", canBeSupplied: true)
    }
    let stop = StopSignal()
    guard let signals = SignalSource(action: stop.came) else {
      throw Failure(.internalError, "the system gives no pipe for signals")
    }
    defer { signals.cancel() }
    var follower = LogFollower(
      file.storage, source, from: filter.ops.flatMap { $0.lowerBound > 0 ? $0.lowerBound : nil })
    let geometry = source.superblock.geometry
    let dump = FollowDump(
      filter: filter, payloads: PayloadView(file, geometry: geometry, payload), console: console)
    let end = run(&follower, dump, stop, until: maxTime.map { ContinuousClock.now + $0.duration })
    dump.finish(end: end, nextOp: follower.nextOp)
    switch end {
    case .signal(let number): return ExitCode(signal: number)
    case .closed: return .incomplete
    case .time, .lastOp: return dump.missedCount > 0 ? .incomplete : .sound
    }
  }

  private func run(
    _ follower: inout LogFollower, _ dump: FollowDump, _ stop: StopSignal, until deadline: ContinuousClock.Instant?
  ) -> FollowDump.End {
    let last = op?.range.upperBound ?? .max
    while true {
      var isOver = false
      follower.poll { event in
        isOver = !dump.show(event, upTo: last)
        return !isOver && dump.isRead && stop.signal == nil
      }
      dump.flush()
      if let signal = stop.signal { return .signal(signal) }
      if !dump.isRead { return .closed }
      if isOver || follower.nextOp > last { return .lastOp }
      if let deadline, ContinuousClock.now >= deadline { return .time }
      if waitOrClosed() { return .closed }
    }
  }

  /// Waits until the next look; true if nobody reads any more, which a pipe tells without being written to.
  private func waitOrClosed() -> Bool {
    var entry = pollfd(fd: FileDescriptor.standardOutput.rawValue, events: 0, revents: 0)
    let count = unsafe poll(&entry, 1, DumpWALCommand.interval)
    return count > 0 && entry.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
  }
}

/// The signal that asked to stop, if one did.
private final class StopSignal: Sendable {
  private let number = Atomic<Int32>(0)

  var signal: Int32? {
    let signal = number.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  func came(_ signal: Int32) { number.store(signal, ordering: .relaxed) }
}
