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

  private struct Record {
    var offset: UInt64
    var old: [UInt8]
    var new: [UInt8]
  }

  /// The log with other records, chained and sealed as they are to be, and its header changed.
  private func forge(
    _ raw: MemoryStorage, records change: (inout [Record]) -> Void,
    _ changeHeader: (inout UndoLogHeader) -> Void = { _ in }
  ) throws -> (log: UndoLog, header: UndoLogHeader) {
    let bytes = try RepairRig.bytes(0..<raw.byteCount, of: raw)
    let whole = UndoLogHeader(decoding: bytes.rawSpan)
    var header = try #require(whole)
    var records: [Record] = []
    var position = UndoLogHeader.byteCount
    for _ in 0..<header.recordCount {
      let next = UndoRecordHeader(decoding: bytes.rawSpan.extracting(position..<bytes.count))
      let record = try #require(next)
      let middle = position + UndoRecordHeader.byteCount + Int(record.oldSize)
      let (start, end) = (position + UndoRecordHeader.byteCount, position + record.recordSize)
      records.append(
        Record(offset: record.offset, old: Array(bytes[start..<middle]), new: Array(bytes[middle..<end])))
      position = end
    }
    change(&records)
    header.recordCount = UInt64(records.count)
    header.lastRecord = header.plan
    var image: [UInt8] = []
    for record in records {
      var head = UndoRecordHeader()
      (head.previous, head.offset) = (header.lastRecord, record.offset)
      (head.oldSize, head.newSize) = (UInt32(record.old.count), UInt32(record.new.count))
      var sealed = [UInt8](repeating: 0, count: UndoRecordHeader.byteCount) + record.old + record.new
      var elements = sealed.mutableSpan
      var span = unsafe elements.mutableBytes
      head.seal(into: &span)
      header.lastRecord = head.checksum
      image += sealed
    }
    header.logSize = UInt64(UndoLogHeader.byteCount + image.count)
    changeHeader(&header)
    image = header.encode() + image
    let buffer = IOBuffer(byteCount: image.count)
    buffer.copy(from: image.rawSpan, at: 0)
    let forged = MemoryStorage()
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

  @Test func recordsAsTheyAreAreALog() throws {
    let ground = try Ground()
    let (log, header) = try forge(ground.raw, records: { _ in })
    let bytes = try RepairRig.bytes(0..<UInt64(UndoLogHeader.byteCount), of: ground.raw)
    let made = UndoLogHeader(decoding: bytes.rawSpan)
    #expect(header == made)
    #expect(try RepairRun.progress(log, on: ground.file.storage) == .notBegun)
  }

  /// The repair would begin, fail at a byte that no file has, and never end.
  @Test(arguments: [0, 1 << 30, 1 << 62] as [UInt64]) func ofBytesBeyondTheFile(_ distance: UInt64) throws {
    let ground = try Ground()
    let offset = distance == 1 << 62 ? distance : ground.file.storage.byteCount + distance
    let bytes = [UInt8](repeating: 1, count: 512)
    let pairs: [(old: [UInt8], new: [UInt8])] = [(bytes, []), ([], bytes), (bytes, bytes)]
    for pair in pairs {
      let (log, header) = try forge(
        ground.raw,
        records: { records in
          records.insert(Record(offset: offset, old: pair.old, new: pair.new), at: 0)
        })
      let file = SampleFile(copying: ground.file)
      try refuses(file, log, .outsideTheFile(index: 0))
      try mark(file, header)
      try refuses(file, log, .outsideTheFile(index: 0))
    }
  }

  /// Bytes of one state alone in the middle of the file: the way back would leave those of the other there.
  @Test func ofMoreBytesBeforeThanAfter() throws {
    let ground = try Ground()
    let (log, _) = try forge(ground.raw, records: { $0[0].new.removeLast() })
    try refuses(ground.file, log, .outsideTheFile(index: 0))
  }

  /// The mark would be taken away in part, or not at all.
  @Test(arguments: [0, 511]) func withPartOfTheBytesOfAMark(_ count: Int) throws {
    let ground = try Ground()
    let (log, header) = try forge(
      ground.raw,
      records: { records in
        let last = records.count - 1
        records[last].old = Array(records[last].old.prefix(count))
        records[last].new = Array(records[last].new.prefix(count))
      })
    let index = Int(header.recordCount) - 1
    try refuses(ground.file, log, .outsideTheFile(index: index))
  }

  /// There would be no order in which both could be taken back.
  @Test func ofBytesInTwoRecords() throws {
    let ground = try Ground()
    let (twice, _) = try forge(ground.raw, records: { $0.insert($0[0], at: 0) })
    try refuses(ground.file, twice, .recordsOverlap(offset: ground.file.range(1).lowerBound))
    // A record at the place of a mark, or that only touches it.
    let place = ground.file.geometry.repairMarkRange(copy: 3)
    for offset in [place.lowerBound, place.lowerBound - 511, place.upperBound - 1] {
      let bytes = [UInt8](repeating: 0, count: 512)
      let (log, header) = try forge(
        ground.raw,
        records: { records in
          records.insert(Record(offset: offset, old: bytes, new: bytes), at: 0)
        })
      let file = SampleFile(copying: ground.file)
      let first = max(offset, place.lowerBound)
      try refuses(file, log, .recordsOverlap(offset: first))
      try mark(file, header)
      try refuses(file, log, .recordsOverlap(offset: first))
    }
  }

  /// Room for as much would be taken on the device.
  @Test func ofAFileOfAnyLength() throws {
    for size in [1 << 40, 1 << 62, UInt64.max] {
      let changes: [@Sendable (inout UndoLogHeader) -> Void] = [
        { $0.sizeAfter = size }, { ($0.sizeBefore, $0.sizeAfter) = (size, size) },
      ]
      for change in changes {
        let ground = try Ground()
        let (log, header) = try forge(ground.raw, change)
        let end = ground.file.storage.byteCount
        let before = ground.file.storage.snapshot()
        #expect(throws: RepairError.movedOn(offset: end)) {
          try RepairRun.carryOut(log, on: ground.file.storage, logPath: "u")
        }
        #expect(try RepairRig.difference(ground.file.storage, before) == nil)
        try mark(ground.file, header)
        #expect(throws: RepairError.movedOn(offset: end)) { try RepairRun.takeBack(log, on: ground.file.storage) }
        #expect(throws: RepairError.movedOn(offset: end)) { try RepairRun.resume(log, on: ground.file.storage) }
      }
    }
  }
}
