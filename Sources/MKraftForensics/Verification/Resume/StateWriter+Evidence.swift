internal import MKraftFormat
internal import MKraftStorage
internal import SystemPackage

/// What was found, in a state: a byte that tells which case it is, then what belongs to it.
extension StateWriter {
  mutating func write(_ defect: HeaderDefect) {
    switch defect {
    case .allZero: write(UInt8(0))
    case .kindUnknown(let kind):
      write(UInt8(1))
      write(kind)
    case .checksumMismatch(let stored, let computed):
      write(UInt8(2))
      write(stored)
      write(computed)
    case .violates(let invariant):
      write(UInt8(3))
      write(invariant.rawValue)
    }
  }

  mutating func write(_ error: StorageError) {
    write(error.offset) { $0.write($1) }
    write(error.count) { $0.write($1) }
    switch error.cause {
    case .errno(let errno):
      write(UInt8(0))
      write(errno.rawValue)
    case .shortRead(let transferred):
      write(UInt8(1))
      write(UInt64(transferred))
    // No read ends with any other.
    default: write(UInt8(2))
    }
  }

  mutating func write(_ evidence: SlotEvidence) {
    write(UInt64(evidence.slot))
    switch evidence.header {
    case .valid(let header): write(UInt8(0), header)
    case .damaged(let defect): write(UInt8(1), defect)
    case .unreadable(let error): write(UInt8(2), error)
    case .beyondEnd: write(UInt8(3))
    }
    switch evidence.prepare {
    case .valid(let header): write(UInt8(0), header)
    case .damaged(let defect): write(UInt8(1), defect)
    case .unreadable(let error): write(UInt8(2), error)
    case .beyondEnd: write(UInt8(3))
    case .bodyMismatch(let header): write(UInt8(4), header)
    }
  }

  mutating func write(_ part: LogRecord.Part) {
    switch part {
    case .chain(let count, let last):
      write(UInt8(0))
      write(UInt64(count))
      write(last)
    case .alike(let count, let digest):
      write(UInt8(1))
      write(UInt64(count))
      write(digest)
    case .moving(let count):
      write(UInt8(2))
      write(UInt64(count))
    case .apart(let evidence):
      write(UInt8(3))
      write(evidence)
    }
  }

  mutating func write(_ defect: BlockFault.Defect) {
    switch defect {
    case .header(let defect): write(UInt8(0), defect)
    case .otherContents(let found):
      write(UInt8(1))
      write(found)
    case .unreadable(let error): write(UInt8(2), error)
    case .beyondEnd: write(UInt8(3))
    }
  }

  mutating func write(_ fault: GridFault) {
    write(fault.referrer) { $0.write($1) }
    switch fault.fault {
    case .block(let block):
      write(UInt8(0))
      write(block.address)
      write(block.expected)
      write(block.defect)
    case .violates(let invariant, let address):
      write(UInt8(1))
      write(invariant.rawValue)
      write(address)
    }
  }

  mutating func write(_ damaged: BlockNotes.Damaged) {
    write(damaged.address)
    write(damaged.defect)
  }

  private mutating func write(_ number: UInt8, _ defect: HeaderDefect) {
    write(number)
    write(defect)
  }

  private mutating func write(_ number: UInt8, _ error: StorageError) {
    write(number)
    write(error)
  }

  private mutating func write(_ number: UInt8, _ header: PrepareHeader) {
    write(number)
    writeHeader { header.encode(into: &$0) }
  }
}
