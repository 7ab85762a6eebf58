internal import MKraftFormat
internal import MKraftStorage
internal import SystemPackage

/// What was found, read from a state.
extension StateReader {
  mutating func readDefect() throws(Malformed) -> HeaderDefect {
    switch try read(UInt8.self) {
    case 0: return .allZero
    case 1: return .kindUnknown(try read())
    case 2: return .checksumMismatch(stored: try read(), computed: try read())
    case 3: return .violates(try readInvariant())
    default: throw Malformed()
    }
  }

  private mutating func readInvariant() throws(Malformed) -> Invariant {
    guard let invariant = Invariant(rawValue: try read()) else { throw Malformed() }
    return invariant
  }

  mutating func readError() throws(Malformed) -> StorageError {
    let offset: UInt64? = try readOptional { reader throws(Malformed) in try reader.read() }
    let count: UInt64? = try readOptional { reader throws(Malformed) in try reader.read() }
    let cause: StorageError.Cause
    switch try read(UInt8.self) {
    case 0: cause = .errno(Errno(rawValue: try read()))
    case 1:
      let transferred: UInt64 = try read()
      cause = .shortRead(transferred: Int(clamping: transferred))
    case 2: cause = .errno(.ioError)
    default: throw Malformed()
    }
    return StorageError(.read, nil, offset: offset, count: count, cause: cause)
  }

  mutating func readSlotEvidence() throws(Malformed) -> SlotEvidence {
    let slot = try readIndex()
    let header: SlotEvidence.HeaderEvidence
    switch try read(UInt8.self) {
    case 0: header = .valid(try readPrepareHeader())
    case 1: header = .damaged(try readDefect())
    case 2: header = .unreadable(try readError())
    case 3: header = .beyondEnd
    default: throw Malformed()
    }
    let prepare: SlotEvidence.PrepareEvidence
    switch try read(UInt8.self) {
    case 0: prepare = .valid(try readPrepareHeader())
    case 1: prepare = .damaged(try readDefect())
    case 2: prepare = .unreadable(try readError())
    case 3: prepare = .beyondEnd
    case 4: prepare = .bodyMismatch(try readPrepareHeader())
    default: throw Malformed()
    }
    return SlotEvidence(slot: slot, header: header, prepare: prepare)
  }

  mutating func readLogPart() throws(Malformed) -> LogRecord.Part {
    switch try read(UInt8.self) {
    case 0: return .chain(count: try readIndex(), last: try read())
    case 1: return .alike(count: try readIndex(), digest: try read())
    case 2: return .moving(count: try readIndex())
    case 3: return .apart(try readSlotEvidence())
    default: throw Malformed()
    }
  }

  mutating func readBlockDefect() throws(Malformed) -> BlockFault.Defect {
    switch try read(UInt8.self) {
    case 0: return .header(try readDefect())
    case 1: return .otherContents(found: try read())
    case 2: return .unreadable(try readError())
    case 3: return .beyondEnd
    default: throw Malformed()
    }
  }

  mutating func readGridFault() throws(Malformed) -> GridFault {
    let referrer: UInt64? = try readOptional { reader throws(Malformed) in try reader.read() }
    switch try read(UInt8.self) {
    case 0:
      let fault = BlockFault(address: try read(), expected: try read(), defect: try readBlockDefect())
      return GridFault(fault: .block(fault), referrer: referrer)
    case 1: return GridFault(fault: .violates(try readInvariant(), address: try read()), referrer: referrer)
    default: throw Malformed()
    }
  }

  mutating func readDamagedBlock() throws(Malformed) -> BlockNotes.Damaged {
    BlockNotes.Damaged(address: try read(), defect: try readBlockDefect())
  }

  /// A number of slots or pieces, which is never larger than this.
  mutating func readIndex() throws(Malformed) -> Int {
    let number: UInt64 = try read()
    guard number <= 1 << 40 else { throw Malformed() }
    return Int(number)
  }
}
