import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// Undo logs whose checksums are right, and which no repair has made.
@Suite struct ForgedLogTests {
  private struct Ground {
    let file: SampleFile
    /// The log that the plan makes.
    let raw = MemoryStorage()

    init() throws {
      file = try SampleFile()
      file.garbage(file.range(1))
      file.garbage(file.headerRange(5))
      try RepairRun.writeLog(try RepairRig.plan(file.storage), of: file.storage, to: raw, path: "file")
    }
  }

  /// The log with its last records left out and its header changed, sealed.
  private func forge(
    _ raw: MemoryStorage, dropping dropped: Int = 0, _ change: (inout UndoLogHeader) -> Void = { _ in }
  ) throws -> (log: UndoLog, header: UndoLogHeader) {
    let bytes = try RepairRig.bytes(0..<raw.byteCount, of: raw)
    let whole = UndoLogHeader(decoding: bytes.rawSpan)
    var header = try #require(whole)
    header.recordCount -= UInt64(dropped)
    header.lastRecord = header.plan
    var position = UndoLogHeader.byteCount
    for _ in 0..<header.recordCount {
      let next = UndoRecordHeader(decoding: bytes.rawSpan.extracting(position..<bytes.count))
      let record = try #require(next)
      header.lastRecord = record.checksum
      position += record.recordSize
    }
    header.logSize = UInt64(position)
    change(&header)
    let forged = raw.snapshot()
    let start = header.encode()
    let buffer = IOBuffer(byteCount: start.count)
    buffer.copy(from: start.rawSpan, at: 0)
    forged.replace(at: 0, with: buffer)
    return (try UndoLog(forged), header)
  }

  /// Marks a file for a log, as a repair by it would.
  private func mark(_ file: SampleFile, _ header: UndoLogHeader) throws {
    let place = file.geometry.repairMarkRange(copy: 0).lowerBound
    let mark = RepairMark(
      fileID: header.fileID, log: header.checksum, plan: header.plan, sequence: header.sequence, offset: place,
      path: RepairRig.logPath)
    let buffer = IOBuffer(byteCount: RepairMark.byteCount)
    buffer.copy(from: mark.encoded.rawSpan, at: 0)
    file.storage.replace(at: place, with: buffer)
  }

  private func refuses(_ file: SampleFile, _ log: UndoLog, _ defect: UndoLogDefect) throws {
    let before = file.storage.snapshot()
    #expect(throws: RepairError.log(defect)) { try RepairRun.progress(log, on: file.storage) }
    #expect(throws: RepairError.log(defect)) { try RepairRun.takeBack(log, on: file.storage) }
    #expect(throws: RepairError.log(defect)) { try RepairRun.resume(log, on: file.storage) }
    #expect(throws: RepairError.log(defect)) { try RepairRun.carryOut(log, on: file.storage, logPath: "u") }
    #expect(try RepairRig.difference(file.storage, before) == nil)
  }

  @Test func whatTheForgerLeavesAloneIsALog() throws {
    let ground = try Ground()
    let (log, _) = try forge(ground.raw)
    #expect(try RepairRun.progress(log, on: ground.file.storage) == .notBegun)
  }

  /// The repair would be said to be taken back, and its mark would stand.
  @Test(arguments: 1...4) func withoutTheRecordsOfTheMarks(_ dropped: Int) throws {
    let ground = try Ground()
    let (log, header) = try forge(ground.raw, dropping: dropped)
    try refuses(ground.file, log, .marksMissing)
    try mark(ground.file, header)
    try refuses(ground.file, log, .marksMissing)
  }

  /// The file would be cut to nothing.
  @Test(arguments: [0, 1, 16384, SampleFile.geometry.offset(of: .superblock1) + 16383]) func ofAFileWithoutASuperblock(
    _ size: UInt64
  ) throws {
    let changes: [@Sendable (inout UndoLogHeader) -> Void] = [
      { $0.sizeBefore = size }, { $0.sizeAfter = size }, { ($0.sizeBefore, $0.sizeAfter) = (size, size) },
    ]
    for change in changes {
      let ground = try Ground()
      let (log, header) = try forge(ground.raw, change)
      try refuses(ground.file, log, .tooSmall(byteCount: size))
      try mark(ground.file, header)
      try refuses(ground.file, log, .tooSmall(byteCount: size))
    }
  }
}
