internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage

/// Damaged blocks of values that a replica never reads, because executing the log replaces or removes each of these values before
/// anything asks for it.
///
/// The log is read only if there are such blocks. What is in doubt counts as read: with many damaged values, in a nearly full
/// grid, where a put may be answered with `no-space`, or below a scan.
struct ReplacedValues {
  /// Values looked for, at most.
  static let valuesMax = 64

  private let storage: any Storage
  private let ground: GridGround
  private let head: UInt64
  private let headers: LogHeaders
  private let buffer: IOBuffer
  /// Damaged blocks by the key of the value that they belong to; one that is known to be read or replaced is gone.
  private var wanted: [[UInt8]: [UInt64]] = [:]
  /// Events gone through that may change the tree.
  private var changes: UInt64 = 0
  /// Blocks that they may have acquired.
  private var acquired: UInt64 = 0
  /// By block, the op that replaces or removes the value.
  private var replaced: [UInt64: UInt64] = [:]

  private init(_ storage: any Storage, _ ground: GridGround, head: UInt64) {
    self.storage = storage
    self.ground = ground
    self.head = head
    headers = LogHeaders(storage, ground.superblock, head: head)
    buffer = IOBuffer(byteCount: Int(max(ground.geometry.blockSize, ground.geometry.messageSize)))
  }

  /// The op that replaces the value, by block.
  /// - Parameter head: of a log that a replica would start with.
  static func find(
    among faults: [GridFault], _ storage: any Storage, _ ground: GridGround, head: UInt64
  ) -> [UInt64: UInt64] {
    guard faults.count <= valuesMax, ground.parts.faults.isEmpty, head > ground.superblock.checkpoint.op else {
      return [:]
    }
    var search = ReplacedValues(storage, ground, head: head)
    for fault in faults { search.want(fault) }
    search.readLog()
    return search.replaced
  }

  /// Looks up whose value the block is, in the leaf that refers to it. Of a block that the tree must not refer to a replica finds
  /// that out without reading it.
  private mutating func want(_ fault: GridFault) {
    if case .violates(.setsDisjoint, _) = fault.fault { return }
    guard let leaf = fault.referrer,
      (try? storage.read(
        Int(ground.geometry.blockSize), at: ground.geometry.blockOffset(address: leaf), into: buffer)) != nil
    else { return }
    let buffer = buffer
    let block = buffer.bytes.extracting(0..<Int(ground.geometry.blockSize))
    guard let header = try? BlockHeader(decoding: block), TreeNode.brokenInvariant(in: block, header, level: 0) == nil
    else { return }
    let node = TreeNodeView(validated: block)
    for index in 0..<node.count where node.form(index) == .blocks {
      for part in 0..<node.payload(index).byteCount / BlockReference.byteCount
      where node.valueBlock(index, part).address == fault.address {
        wanted[[UInt8](copying: node.key(index)), default: []].append(fault.address)
      }
    }
  }

  private mutating func readLog() {
    var op = ground.superblock.checkpoint.op + 1
    while op <= head, !wanted.isEmpty, let header = headers.header(of: op) {
      if header.operation == Operation.keyValue.rawValue { read(header) }
      op += 1
    }
  }

  private mutating func read(_ header: PrepareHeader) {
    let geometry = ground.geometry
    let offset = geometry.prepareOffset(slot: geometry.slot(of: header.op))
    guard (try? storage.read(geometry.bytesOnDisk(size: Int(header.size)), at: offset, into: buffer)) != nil else {
      return wanted.removeAll()
    }
    let buffer = buffer
    let body = buffer.bytes.extracting(PrepareHeader.byteCount..<Int(header.size))
    // What stands in an image for a request tells nothing of it.
    guard Checksum.computed(over: body, seed: StructureKind.prepareBody.seed) == header.bodyChecksum else {
      return wanted.removeAll()
    }
    guard let batch = try? KeyValueBatchView(validating: body, bodySizeMax: geometry.bodySizeMax) else { return }
    var isExecuted: Bool?
    var events = batch.events
    while let event = events.next() {
      note(event, header, &isExecuted)
      guard acquired <= spare else { return wanted.removeAll() }
    }
  }

  private mutating func note(_ event: borrowing KeyValueEventView, _ header: PrepareHeader, _ isExecuted: inout Bool?) {
    if event.code == .scan {
      let (start, end) = (event.key, event.end)
      wanted = wanted.filter { key, _ in
        let isBehind = KeyValueKeyOrder(key.rawSpan, start) == .before
        return isBehind || end.byteCount > 0 && KeyValueKeyOrder(key.rawSpan, end) != .before
      }
      return
    }
    if !event.code.isReadOnly {
      changes += 1
      acquired += blocksNeeded(event)
    }
    let key = [UInt8](copying: event.key)
    guard let blocks = wanted[key], acquired <= spare else { return }
    let executed = isExecuted ?? self.isExecuted(header)
    isExecuted = executed
    // A request of a session that is not open any more, or one again, changes nothing.
    guard executed else { return }
    wanted[key] = nil
    guard event.code == .put || event.code == .delete else { return }
    for block in blocks { replaced[block] = header.op }
  }

  /// Whether the entry's request is executed: then its session has come to it.
  private func isExecuted(_ header: PrepareHeader) -> Bool {
    let records = ground.parts.sessions ?? []
    let entries = LogHeaders(storage, ground.superblock, head: header.op)
    return ReplyForecast(ground.superblock, records, entry: entries.header).atEnd.contains { $0.op == header.op }
  }

  /// What a replica asks for before it changes anything, at most: a copy of each node of the path; to set a value, also as many new
  /// nodes by splits and a root, and the value's own blocks.
  private func blocksNeeded(_ event: borrowing KeyValueEventView) -> UInt64 {
    guard event.code != .delete else { return height }
    let (keySize, valueSize) = (event.key.byteCount, event.value.byteCount)
    let blockSize = Int(ground.geometry.blockSize)
    let isInline = TreeNode.isInline(keySize: keySize, valueSize: valueSize, blockSize: blockSize)
    let blocks = isInline ? 0 : TreeNode.valueBlockCount(valueSize: valueSize, blockSize: blockSize)
    return 2 * height + 1 + UInt64(blocks)
  }

  /// Levels of the tree after the changes gone through, at most. The first change may split the root. A new root has two entries and
  /// gets one more with a change at most; so the next level takes as many changes as fill it with the longest keys.
  private var height: UInt64 {
    let space = TreeNode.space(blockSize: Int(ground.geometry.blockSize))
    let entry = TreeNode.entrySpace(keySize: KeyValueBatch.keySizeMax, payloadSize: BlockReference.byteCount)
    let now = max(1, UInt64(ground.superblock.checkpoint.treeHeight))
    return min(UInt64(Grid.heightMax), now + 1 + changes / UInt64(max(1, space / entry - 2)))
  }

  /// Blocks that are certainly free for new contents, whatever the entries do: not what the checkpoint has, nor what puts leave to
  /// removals and to the next checkpoint; nor what that one has taken already, if the log goes beyond it.
  private var spare: UInt64 {
    let geometry = ground.geometry
    let next = ground.superblock.checkpoint.op + UInt64(geometry.checkpointInterval)
    let trailers = (head >= next ? 2 : 1) * geometry.trailersMax
    let inUse = (ground.parts.acquired?.count ?? 0) + trailers + 8
    return ground.geometry.gridBlocksMax - min(ground.geometry.gridBlocksMax, inUse)
  }
}
