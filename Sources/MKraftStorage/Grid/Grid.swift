public import MKraftFormat

/// The blocks of the grid: which are in use, and a bounded cache of them (rules R16 to R18). A state machine without I/O of its own:
/// it says what to read and write, and is told what is done.
///
///     acquired                                           free
///     |  reachable + released + expiring + trailers |    lowest address first
///
///     released   dropped in this interval; the last checkpoint still refers to them (blocks of this interval are free at once)
///     expiring   dropped before the last checkpoint; free when the acknowledgement headroom behind it is used up
///
/// Addresses depend on the sequence of operations alone. When a block is read, written early, or leaves the cache depends on
/// the size of the cache and on the order of completions, and changes no address and no byte of a checkpoint.
///
/// A block is changed in place while it is of this interval, and gets a new address at its first change in an interval
/// otherwise. What a checkpoint refers to is never overwritten before a later checkpoint is durable.
public final class Grid {
  /// Blocks read at once.
  public static let readDepth = 8
  /// Blocks written at once. Few, so that the log's writes find the device free.
  public static let writeDepth = 4

  public let geometry: Geometry
  public let cluster: UInt128
  public internal(set) var acquired: BlockSet
  public internal(set) var released = BlockSet()
  public internal(set) var expiring: BlockSet
  /// Blocks of the last checkpoint's sets and sessions.
  public internal(set) var trailers: [UInt64]
  /// What was acquired when the last checkpoint was taken: whatever else is in use is of this interval.
  var acquiredBefore: BlockSet
  /// Release that blocks of this interval name: that of the last checkpoint, so that it depends on the log alone.
  var release: UInt32
  /// Number of the interval that operations are executed in: one above the last checkpoint's.
  public internal(set) var interval: UInt64

  /// Blocks that the cache may hold.
  public let capacity: Int
  /// Made when they are first needed.
  var frames: [GridFrame] = []
  /// Frames that hold nothing.
  var freeFrames: [Int] = []
  /// Where the current version of a block is cached; never iterated.
  var places: [UInt64: Int] = [:]
  var oldest = -1
  var newest = -1
  var step: UInt64 = 1
  /// Frames whose contents are only in memory.
  public internal(set) var modifiedCount = 0

  /// Loads that were asked for and not begun, in order.
  var waitingReads: [(reference: BlockReference, frame: Int)] = []
  var readsInFlight = 0
  var writes = GridWrites()

  /// - Parameters:
  ///   - checkpoint: what the sets were at the last checkpoint.
  ///   - capacity: blocks in the cache, at least `capacityMin`.
  public init(geometry: Geometry, cluster: UInt128, checkpoint: CheckpointSets, capacity: Int) {
    precondition(capacity >= Grid.capacityMin(geometry), "the cache holds what one step of an operation needs")
    self.geometry = geometry
    self.cluster = cluster
    acquired = checkpoint.acquired
    acquiredBefore = checkpoint.acquired
    release = checkpoint.release
    expiring = checkpoint.released
    trailers = checkpoint.trailers
    interval = geometry.interval(of: checkpoint.op) + 1
    self.capacity = capacity
    frames.reserveCapacity(capacity)
    places.reserveCapacity(capacity)
    writes.buffers = (0..<Grid.writeDepth).map { _ in IOBuffer(byteCount: Int(geometry.blockSize)) }
  }

  /// Most levels of a tree. A level is added when the root is full, with at least 15 children of the largest keys, and each of them
  /// came from a full node below: no sequence of operations is long enough for more.
  public static let heightMax = 12

  /// Fewest frames: for a path and its copies, the blocks of a value and of the one that replaces it, and reads on the way.
  public static func capacityMin(_ geometry: Geometry) -> Int {
    stepMax(geometry) + readDepth + 2 * writeDepth
  }

  /// Frames that one step of an operation uses at most: a path, its copies, as many new nodes, and two values.
  private static func stepMax(_ geometry: Geometry) -> Int { 3 * heightMax + 2 * TreeNode.valueBlocksMax(geometry) }

  /// Blocks only in memory beyond which some are to be written early, so that a step always finds room. It also bounds the work
  /// of the step that ends an interval.
  public var modifiedMax: Int { min(capacity / 2, capacity - Grid.stepMax(geometry) - Grid.writeDepth) }

  /// Blocks that may yet be acquired.
  public var freeCount: UInt64 { geometry.gridBlocksMax - acquired.count }

  /// Whether the tree may refer to the block: it is in use, and by nothing else. A reference to any other means a file that
  /// contradicts itself.
  public func isReferable(_ address: UInt64) -> Bool {
    acquired.contains(address) && !released.contains(address) && !expiring.contains(address)
      && !trailers.contains(address)
  }

  /// Moves what expired to free: immediately before the first op beyond the headroom behind the last checkpoint (rule R18).
  public func freeExpired() {
    acquired.subtract(expiring)
    acquiredBefore.subtract(expiring)
    expiring = BlockSet()
  }

  // MARK: Frames in use

  /// Begins a step of an operation: what it uses stays in the cache until the next one begins.
  public func beginStep() { step += 1 }

  /// The frame that holds the block referred to; nil if it is not in the cache, or still on its way.
  public func frame(of reference: BlockReference) -> Int? {
    guard let frame = places[reference.address], !frames[frame].isLoading else { return nil }
    use(frame)
    return frame
  }

  /// Whether the frame holds the very block referred to: a block that was freed and taken again has its address, too. One that was
  /// changed has no checksum until it is sealed, and then its referrer names none.
  public func holds(_ reference: BlockReference, in frame: Int) -> Bool {
    guard reference.checksum != 0 else { return frames[frame].isModified && frames[frame].birth == interval }
    let buffer = frames[frame].buffer
    return buffer.bytes.load(BlockHeader.Layout.checksum) == reference.checksum
  }

  /// Notes that the block is in use.
  public func touch(_ frame: Int) { use(frame) }

  public func bytes(_ frame: Int) -> IOBuffer { frames[frame].buffer }
  public func address(_ frame: Int) -> UInt64 { frames[frame].address }

  public func isValidated(_ frame: Int) -> Bool { frames[frame].isValidated }
  public func setValidated(_ frame: Int) { frames[frame].isValidated = true }

  public func parent(_ frame: Int) -> Int { frames[frame].parent }
  public func setParent(_ frame: Int, _ parent: Int) { frames[frame].parent = parent }

  /// The frame of a block that is certainly not only on disk, if it is cached.
  public func cachedFrame(address: UInt64) -> Int? { places[address] }

  /// Whether the frame's block is of this interval: it may be changed in place.
  public func isOfThisInterval(_ frame: Int) -> Bool { frames[frame].birth == interval }

  public func isModified(_ frame: Int) -> Bool { frames[frame].isModified }

  /// The frames that a checkpoint taken now has to write.
  public var modifiedFrames: [Int] { frames.indices.filter { frames[$0].isModified && !frames[$0].isFrozen } }

  // MARK: Changes

  /// A new block of this interval: the lowest free address, and contents to be filled in. There must be a free frame and a free block.
  public func acquire() -> Int {
    let address = acquired.insertLowest()
    precondition(address <= geometry.gridBlocksMax, "a block is free: that is looked at before an event is executed")
    let frame = takeFreeFrame()
    // What stands behind the contents is zeroed when the block is written; a header tells what the block is.
    frames[frame].buffer.zero(0..<BlockHeader.byteCount)
    install(frame, address: address)
    begin(frame)
    return frame
  }

  /// Prepares a cached block for a change. One of an earlier interval gets a new address, and its old one is released.
  /// - Returns: the frame to change; another than `frame` if that waits to be written.
  public func makeMutable(_ frame: Int) -> Int {
    guard frames[frame].birth != interval else {
      markModified(frame)
      return frame
    }
    let old = frames[frame].address
    places[old] = nil
    released.insert(old)
    let address = acquired.insertLowest()
    precondition(address <= geometry.gridBlocksMax, "a block is free: that is looked at before an event is executed")
    let target: Int
    if frames[frame].isFrozen {
      // The checkpoint waits for these bytes: the change goes to a copy.
      target = takeFreeFrame()
      frames[target].buffer.copy(from: frames[frame].buffer, range: 0..<frames[frame].buffer.byteCount, at: 0)
      frames[target].parent = frames[frame].parent
      unlink(frame)
      install(target, address: address)
    } else {
      target = frame
      frames[frame].address = address
      places[address] = frame
      use(frame)
    }
    begin(target)
    return target
  }

  /// The frame's block is one of this interval from now on, at an address that is new to it.
  private func begin(_ frame: Int) {
    frames[frame].birth = interval
    frames[frame].isValidated = true
    // Whatever had the address before in this interval may still be on its way there: two writes of one place have no order.
    frames[frame].isWriting = writes.isInFlight(frames[frame].address)
    markModified(frame)
  }

  /// Drops a block. One that the last checkpoint uses stays acquired until it has expired; one of this interval is free at once,
  /// since no checkpoint refers to it.
  public func release(_ address: UInt64) {
    if acquiredBefore.contains(address) { released.insert(address) } else { acquired.remove(address) }
    guard let frame = places.removeValue(forKey: address) else { return }
    precondition(!frames[frame].isLoading, "a block that is awaited is in use")
    unlink(frame)
    if frames[frame].isFrozen { return }
    empty(frame)
  }

  func markModified(_ frame: Int) {
    precondition(!frames[frame].isFrozen, "what waits to be written for a checkpoint does not change")
    guard !frames[frame].isModified else { return }
    frames[frame].isModified = true
    modifiedCount += 1
  }

  func clearModified(_ frame: Int) {
    guard frames[frame].isModified else { return }
    frames[frame].isModified = false
    modifiedCount -= 1
  }
}
