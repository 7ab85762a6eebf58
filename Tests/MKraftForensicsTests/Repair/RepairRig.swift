import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage

/// What tests of repair do again and again: plan, apply in place, take back, compare bytes.
enum RepairRig {
  static let logPath = "file.undo"

  static func plan(
    _ storage: MemoryStorage, _ donors: [RepairDonor] = [], allowing: Set<RepairMethod> = []
  ) throws -> RepairPlanning {
    let before = Verification.run(storage, RepairPlanner.options(Verification.Options()))
    return try RepairPlanner.plan(storage, before, donors: donors, allowing: allowing)
  }

  static func backup(_ storage: MemoryStorage, of superblock: Superblock) throws -> RepairDonor {
    try RepairDonor(RepairSource(.backup, "backup"), storage, for: superblock)
  }

  /// The undo log of a plan, in memory.
  static func log(_ planning: RepairPlanning, of storage: MemoryStorage) throws -> UndoLog {
    let log = MemoryStorage()
    try RepairRun.writeLog(planning, of: storage, to: log, path: "file")
    return try UndoLog(log)
  }

  static func reverse(_ log: UndoLog) throws -> UndoLog {
    let storage = MemoryStorage()
    try RepairRun.writeReverse(of: log, to: storage, path: "file")
    return try UndoLog(storage)
  }

  static func bytes(_ range: Range<UInt64>, of storage: any Storage) throws -> [UInt8] {
    let buffer = IOBuffer(byteCount: max(1, range.count))
    let count = try storage.read(range.count, at: range.lowerBound, into: buffer)
    return [UInt8](copying: buffer.bytes.extracting(0..<count))
  }

  /// The first byte in which two files differ, or the shorter one's end; nil if they are the same.
  static func difference(_ one: any Storage, _ other: any Storage) throws -> UInt64? {
    var start: UInt64 = 0
    let end = max(one.byteCount, other.byteCount)
    while start < end {
      let range = start..<min(start + 1 << 20, end)
      let (left, right) = (try bytes(range, of: one), try bytes(range, of: other))
      if left != right {
        let place = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return start + UInt64(place ?? min(left.count, right.count))
      }
      start = range.upperBound
    }
    return nil
  }
}
