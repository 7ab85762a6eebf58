internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer
internal import SystemPackage

/// Reads lines, groups them by session, and writes what comes back. Memory is bounded: by the lanes' depth and the size of a
/// request.
final class BatchRun {
  /// How long reading waits while results may come.
  private static let waitMilliseconds: Int32 = 20

  private let lanes: [BatchLane]
  private let mailbox = Mailbox<BatchLane.Done>(limit: .max)
  private let address: NetworkAddress
  private let batchSize: Int
  private let bodySizeMax: Int
  private let isHex: Bool
  /// Lines that are not sent yet, by lane.
  private var waiting: [Gathering]
  private var input = LineReader(.standardInput)
  private var lineNumber = 0
  private var outstanding = 0
  private var report: BatchReport

  private struct Gathering {
    var events: [KeyValueEvent] = []
    var lines: [Int] = []
    var byteCount = KeyValueBatch.headSize
  }

  init(
    _ store: KeyValueClient, _ address: NetworkAddress, lanes: Int, batchSize: Int, isHex: Bool, console: Console
  ) {
    let mailbox = mailbox
    self.lanes = (0..<lanes).map { _ in BatchLane(store.session(), mailbox) }
    self.address = address
    self.batchSize = batchSize
    self.isHex = isHex
    bodySizeMax = store.bodySizeMax
    waiting = Array(repeating: Gathering(), count: lanes)
    report = BatchReport(console: console, isHex: isHex, address: address)
  }

  func perform() throws(Failure) -> ExitCode {
    let defect = readAll()
    for lane in lanes.indices { send(lane) }
    for lane in lanes { lane.finish() }
    while outstanding > 0 { take(mailbox.next().message) }
    let code = report.finish(lines: lineNumber)
    if let failure = defect { throw failure }
    return code
  }

  /// Reads to the end of the input, to a line that is no event, or until a request failed.
  private func readAll() -> Failure? {
    while report.failure == nil {
      switch input.next(waiting: 0) {
      case .line(let line):
        if let failure = add(line) { return failure }
      case .nothingYet:
        // Whoever types waits for an answer, so nothing is held back for a fuller request.
        for lane in lanes.indices { send(lane) }
        if let failure = waitForInput() { return failure }
      case .end: return nil
      case .tooLong: return Failure(.usage, "line \(lineNumber + 1) is longer than \(LineReader.lineMax) bytes")
      case .failed(let errno): return Failure(.inputOutput, "cannot read standard input: \(errno)")
      }
      drain()
    }
    return nil
  }

  private func waitForInput() -> Failure? {
    while report.failure == nil {
      drain()
      report.flush()
      switch input.next(waiting: outstanding > 0 ? BatchRun.waitMilliseconds : -1) {
      case .nothingYet: continue
      case .line(let line): return add(line)
      case .end: return nil
      case .tooLong: return Failure(.usage, "line \(lineNumber + 1) is longer than \(LineReader.lineMax) bytes")
      case .failed(let errno): return Failure(.inputOutput, "cannot read standard input: \(errno)")
      }
    }
    return nil
  }

  private func add(_ line: ArraySlice<UInt8>) -> Failure? {
    lineNumber += 1
    guard !line.isEmpty else { return nil }
    let event: KeyValueEvent
    do throws(BatchLine.Defect) {
      event = try BatchLine(line, isHex: isHex).event
    } catch { return Failure(.usage, "line \(lineNumber): \(error.reason)") }
    let size = event.encodedSize
    guard size <= bodySizeMax - KeyValueBatch.headSize else {
      return Failure(.usage, "line \(lineNumber) takes \(size) bytes in a request, the replica takes \(bodySizeMax)")
    }
    let lane = laneIndex(of: event.key)
    if size > bodySizeMax - waiting[lane].byteCount { send(lane) }
    waiting[lane].events.append(event)
    waiting[lane].lines.append(lineNumber)
    waiting[lane].byteCount += size
    if waiting[lane].events.count >= batchSize { send(lane) }
    return nil
  }

  private func send(_ lane: Int) {
    guard !waiting[lane].events.isEmpty else { return }
    let work = BatchLane.Work(events: waiting[lane].events, lines: waiting[lane].lines)
    waiting[lane] = Gathering()
    outstanding += 1
    lanes[lane].submit(work)
  }

  private func drain() {
    while outstanding > 0, let done = mailbox.nextIfThere() { take(done) }
  }

  private func take(_ done: BatchLane.Done) {
    outstanding -= 1
    report.add(done)
  }

  /// FNV-1a: spreads keys evenly, and the same key always to the same lane.
  private func laneIndex(of key: [UInt8]) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(hash % UInt64(lanes.count))
  }
}
