internal import MKraftFormat
internal import MKraftStorage

/// A state as bytes: magic, version, the parts, and a checksum over all of it.
extension ResumeState {
  private static let magic: [UInt8] = Array("mkraft-verify\n".utf8)
  /// Raised with every change of the form, or of how a file is divided into pieces.
  private static let version: UInt32 = 4
  private static let seed: UInt64 = 0x6D6B_7261_6674_FF01

  /// What a state is decoded to.
  struct Decoded {
    var binding: Binding
    var liveHead: UInt64?
    fileprivate var contents: StateReader
  }

  var encoded: [UInt8] {
    var writer = StateWriter()
    for byte in ResumeState.magic { writer.write(byte) }
    writer.write(ResumeState.version)
    writer.write(binding.fileID)
    writer.write(binding.superblock)
    writer.write(binding.sequence)
    writer.write(binding.byteCount)
    writer.write(binding.scope)
    writer.write(binding.isLive)
    writer.write(binding.readMode)
    writer.write(liveHead) { $0.write($1) }
    writer.write(UInt64(contents.progress.logPieces))
    writer.write(UInt64(contents.progress.replyPieces))
    writer.write(UInt64(contents.progress.gapPieces))
    writer.write(contents.progress.nextBlock)
    writer.write(contents.sawChange)
    writer.write(contents.logTally)
    writer.write(contents.log.parts) { $0.write($1) }
    writer.write(contents.gridTally)
    writer.write(contents.grid)
    writer.write(Checksum.of(writer.bytes.rawSpan, seed: ResumeState.seed))
    return writer.bytes
  }

  static func isState(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// The state's head; nil if the bytes are none of a state of this version.
  static func decode(_ bytes: [UInt8]) -> Decoded? {
    guard bytes.count > magic.count + 16, isState(bytes) else { return nil }
    let body = Array(bytes.dropLast(16))
    var end = StateReader(Array(bytes.suffix(16)))
    guard let checksum = try? end.read(UInt128.self), Checksum.of(body.rawSpan, seed: seed) == checksum else {
      return nil
    }
    var reader = StateReader(Array(body.dropFirst(magic.count)))
    return try? head(&reader)
  }

  private static func head(_ reader: inout StateReader) throws(StateReader.Malformed) -> Decoded {
    guard try reader.read(UInt32.self) == version else { throw StateReader.Malformed() }
    let binding = Binding(
      fileID: try reader.read(), superblock: try reader.read(), sequence: try reader.read(),
      byteCount: try reader.read(), scope: try reader.read(), isLive: try reader.read(), readMode: try reader.read())
    let liveHead: UInt64? = try reader.readOptional { reader throws(StateReader.Malformed) in try reader.read() }
    return Decoded(binding: binding, liveHead: liveHead, contents: reader)
  }

  /// The rest of a state that is bound to this file; nil if it is none of a state.
  static func contents(of state: Decoded, _ ground: GridGround) -> Contents? {
    var reader = state.contents
    guard let contents = try? contents(&reader, state, ground), reader.isAtEnd else { return nil }
    return contents
  }

  private static func contents(
    _ reader: inout StateReader, _ state: Decoded, _ ground: GridGround
  ) throws(StateReader.Malformed) -> Contents {
    let progress = ScanProgress(
      logPieces: try reader.readIndex(), replyPieces: try reader.readIndex(), gapPieces: try reader.readIndex(),
      nextBlock: try reader.read())
    guard progress.nextBlock > 0 else { throw StateReader.Malformed() }
    let sawChange: Bool = try reader.read()
    let logTally = try reader.readTally(byteCount: state.binding.byteCount)
    let log = LogRecord(try reader.readArray { reader throws(StateReader.Malformed) in try reader.readLogPart() })
    let gridTally = try reader.readTally(byteCount: state.binding.byteCount)
    let grid = try reader.readGridIntake(ground)
    let contents = Contents(
      progress: progress, sawChange: sawChange, logTally: logTally, log: log, gridTally: gridTally, grid: grid)
    guard ResumeLimits(state, ground).admits(contents) else { throw StateReader.Malformed() }
    return contents
  }
}

extension StateWriter {
  /// Of log and grid: pieces of them make no findings of their own.
  fileprivate mutating func write(_ tally: ScanTally) {
    write(tally.bytes.checked)
    write(tally.bytes.unreadable)
    write(ByteTally.SkipReason.allCases) { $0.write(tally.bytes[$1]) }
    write(tally.unreadable) { $0.write($1) }
    write(tally.unsteady) { $0.write($1) }
  }

  fileprivate mutating func write(_ grid: GridIntake) {
    write(grid.innerCount)
    write(grid.leafCount)
    write(grid.pairCount)
    write(grid.valueCount)
    write(grid.reachable.encoded) { $0.write($1) }
    // Most sums are 0 most of the time.
    let sums = grid.sums.enumerated().filter { $0.element != 0 }
    write(sums) { writer, sum in
      writer.write(UInt32(sum.offset))
      writer.write(sum.element)
    }
    write(grid.faults) { $0.write($1) }
    write(UInt64(grid.faultCount))
    write(grid.damaged) { $0.write($1) }
    write(UInt64(grid.damagedCount))
  }
}

extension StateReader {
  fileprivate mutating func readTally(byteCount: UInt64) throws(Malformed) -> ScanTally {
    let (checked, unreadable) = (try read(UInt64.self), try read(UInt64.self))
    let skipped = try readArray { reader throws(Malformed) in try reader.read(UInt64.self) }
    // No more than the file has: numbers that were forged would not add up.
    guard let bytes = ByteTally(checked: checked, unreadable: unreadable, skipped: skipped),
      ([checked, unreadable] + skipped).allSatisfy({ $0 <= byteCount }), bytes.total <= byteCount
    else { throw Malformed() }
    let ranges = try readArray { reader throws(Malformed) in try reader.read(Range<UInt64>.self) }
    let unsteady = try readArray { reader throws(Malformed) in try reader.read(Range<UInt64>.self) }
    return ScanTally(byteCount: byteCount, bytes, unreadable: ranges, unsteady: unsteady)
  }

  fileprivate mutating func readGridIntake(_ ground: GridGround) throws(Malformed) -> GridIntake {
    let counts = GridIntake.Counts(inner: try read(), leaf: try read(), pair: try read(), value: try read())
    let words = try readArray { reader throws(Malformed) in try reader.read(UInt8.self) }
    guard let reachable = BlockSet(decoding: words, addressMax: ground.blockCount) else { throw Malformed() }
    let sums = try readArray { reader throws(Malformed) in
      (index: try reader.read(UInt32.self), sum: try reader.read(UInt128.self))
    }
    let faults = try readArray { reader throws(Malformed) in try reader.readGridFault() }
    let faultCount = try readIndex()
    let damaged = try readArray { reader throws(Malformed) in try reader.readDamagedBlock() }
    let damagedCount = try readIndex()
    let intake = GridIntake(
      ground, counts, reachable: reachable, sums: sums, faults: (faults, faultCount), damaged: (damaged, damagedCount))
    let blocks = faults.compactMap(\.referrer) + damaged.map(\.address)
    guard let intake, blocks.allSatisfy({ $0 > 0 && $0 <= ground.blockCount }) else { throw Malformed() }
    return intake
  }
}
