internal import MKraftFormat
internal import MKraftStorage

/// Reads the log's entries back at the start, in op order and several reads at once; a state machine without I/O of its own.
///
/// Entries that fill their slots are read together with their neighbours: thousands of small ones would otherwise cost a
/// request each. Nothing is read but entries, so no damage beside one matters.
struct Replay {
  struct Read {
    let ops: ClosedRange<UInt64>
    let byteCount: Int
    let buffer: IOBuffer
    /// Whether the bytes stand in the buffer and are the entries that were decided on.
    var isLoaded = false
  }

  /// Bytes read with one request, at most; a larger entry is read alone.
  static let readByteCount = 2 << 20

  private let geometry: Geometry
  /// Entries in a read, at most.
  private let entryLimit: Int
  private var nextOp: UInt64
  /// Reads begun whose entries are not all applied, in op order; at most as many as the pipeline is deep.
  private var reads: [Read] = []
  private var freeBuffers: [IOBuffer] = []

  init(geometry: Geometry, from op: UInt64) {
    self.geometry = geometry
    entryLimit = max(1, Replay.readByteCount / Int(geometry.messageSize))
    nextOp = op
  }

  /// The next read of entries up to `head`; nil while enough are under way, or if all were begun.
  mutating func begin(through head: UInt64, _ image: JournalImage) -> Read? {
    guard nextOp <= head, reads.count < Int(geometry.pipeline) else { return nil }
    let first = nextOp
    var last = first
    var size = bytesOnDisk(of: last, image)
    // On to the next entry if it follows at once, and in the same round of the ring.
    while size == Int(geometry.messageSize), last < head, geometry.slot(of: last + 1) != 0,
      last - first + 1 < UInt64(entryLimit)
    {
      last += 1
      size = bytesOnDisk(of: last, image)
    }
    nextOp = last + 1
    let buffer = freeBuffers.popLast() ?? IOBuffer(hugePagesFor: entryLimit * Int(geometry.messageSize))
    let read = Read(
      ops: first...last, byteCount: Int(last - first) * Int(geometry.messageSize) + size, buffer: buffer)
    reads.append(read)
    return read
  }

  /// Takes note that the read from `first` on is complete. Returns the op of an entry that is not the one in the image.
  mutating func finish(_ first: UInt64, _ image: JournalImage) -> UInt64? {
    guard let index = reads.firstIndex(where: { $0.ops.lowerBound == first }) else {
      preconditionFailure("the read was begun")
    }
    let read = reads[index]
    for op in read.ops where !isIntact(op, read, image) { return op }
    reads[index].isLoaded = true
    return nil
  }

  /// The read whose entries are to be applied now, if they are there.
  var due: Read? {
    guard let first = reads.first, first.isLoaded else { return nil }
    return first
  }

  /// Where the entry of `op` begins in the read's buffer.
  func offset(of op: UInt64, in read: Read) -> Int {
    precondition(read.ops.contains(op), "the entry is in the read")
    return Int(op - read.ops.lowerBound) * Int(geometry.messageSize)
  }

  /// All entries of the first read are applied.
  mutating func removeFirst() {
    freeBuffers.append(reads.removeFirst().buffer)
  }

  /// All entries are applied: the buffers are given back.
  mutating func end() {
    precondition(reads.isEmpty, "what was read is applied")
    freeBuffers = []
  }

  private func bytesOnDisk(of op: UInt64, _ image: JournalImage) -> Int {
    let header = image.header(slot: geometry.slot(of: op))
    precondition(header.op == op, "the image holds the log")
    return geometry.bytesOnDisk(size: Int(header.size))
  }

  /// Whether the buffer holds the entry that was decided on, header and body.
  private func isIntact(_ op: UInt64, _ read: Read, _ image: JournalImage) -> Bool {
    let expected = image.header(slot: geometry.slot(of: op))
    let base = offset(of: op, in: read)
    let buffer = read.buffer
    let bytes = buffer.bytes.extracting(base..<base + Int(expected.size))
    guard let found = try? PrepareHeader(decoding: bytes), found == expected else { return false }
    return expected.matches(body: bytes.extracting(PrepareHeader.byteCount..<Int(expected.size)))
  }
}
