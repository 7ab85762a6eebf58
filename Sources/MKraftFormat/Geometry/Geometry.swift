/// The numbers chosen when a file is formatted (rule R3): recorded in every superblock copy, never changed afterwards.
public struct Geometry: Sendable, Equatable, BitwiseCopyable {
  /// Unit of layout and I/O, bytes.
  public var ioUnit: UInt32
  /// Slots of each of the two rings.
  public var slotCount: UInt32
  /// Largest entry, header and body, in bytes; also the stride of the prepare ring and of the reply zone.
  public var messageSize: UInt32
  /// Most entries being prepared at once.
  public var pipeline: UInt32
  /// Ops between checkpoints.
  public var checkpointInterval: UInt32
  /// Ops that may be acknowledged beyond a checkpoint op before that checkpoint is durable (rule R18).
  public var headroom: UInt32
  /// Most client sessions at once.
  public var sessions: UInt32
  /// Bytes of a grid block.
  public var blockSize: UInt32
  /// Most blocks in the grid.
  public var gridBlocksMax: UInt64

  public init(
    ioUnit: UInt32 = Geometry.defaultIOUnit, slotCount: UInt32 = Geometry.defaultSlotCount,
    messageSize: UInt32 = Geometry.defaultMessageSize, pipeline: UInt32 = Geometry.defaultPipeline,
    checkpointInterval: UInt32? = nil, headroom: UInt32? = nil, sessions: UInt32 = Geometry.defaultSessions,
    blockSize: UInt32 = Geometry.defaultBlockSize, gridBlocksMax: UInt64 = Geometry.defaultGridBlocksMax
  ) {
    self.ioUnit = ioUnit
    self.slotCount = slotCount
    self.messageSize = messageSize
    self.pipeline = pipeline
    self.headroom = headroom ?? Geometry.defaultHeadroom(slotCount: slotCount)
    self.sessions = sessions
    self.blockSize = blockSize
    self.gridBlocksMax = gridBlocksMax
    self.checkpointInterval = 0
    self.checkpointInterval = checkpointInterval ?? longestInterval
  }
}

extension Geometry {
  public static let defaultIOUnit: UInt32 = 4096
  public static let defaultSlotCount: UInt32 = 1024
  public static let defaultMessageSize: UInt32 = 1 << 20
  public static let defaultPipeline: UInt32 = 8
  public static let defaultSessions: UInt32 = 64
  public static let defaultBlockSize: UInt32 = 64 << 10
  public static let defaultGridBlocksMax: UInt64 = 1 << 26
  /// Slots kept free of clients' entries, so that a new leader always finds room for its no-op (rule R15).
  public static let noopReserve: UInt32 = 8

  /// 128 ops, less where the ring is too small for that.
  public static func defaultHeadroom(slotCount: UInt32) -> UInt32 { min(128, max(1, slotCount / 8)) }

  /// The longest checkpoint interval that never stalls: N - B - P - max(P, h), where B is the no-op reserve (rule R20;
  /// recovery theory C4, the asynchronous case). 0 when the ring is too small for the other numbers.
  public var longestInterval: UInt32 {
    let needed = UInt64(Geometry.noopReserve) + UInt64(pipeline) + UInt64(max(pipeline, headroom))
    return needed < UInt64(slotCount) ? UInt32(UInt64(slotCount) - needed) : 0
  }

  /// Headers in one I/O unit.
  public var headersPerUnit: Int { Int(ioUnit) / PrepareHeader.byteCount }

  /// The slot of `op` in both rings.
  public func slot(of op: UInt64) -> Int { Int(op % UInt64(slotCount)) }

  /// The last op that both rings can hold while `checkpoint` is the last op of the state on disk.
  public func lastOp(after checkpoint: UInt64) -> UInt64 {
    let (sum, overflow) = checkpoint.addingReportingOverflow(UInt64(slotCount))
    return overflow ? .max : sum
  }

  /// The last op that may be prepared while `checkpoint` is the last durable one: it has a slot, and the id of the checkpoint that
  /// its header names is known (rule R19).
  public func lastPreparableOp(after checkpoint: UInt64) -> UInt64 {
    min(lastOp(after: checkpoint), checkpoint + 2 * UInt64(checkpointInterval))
  }

  /// The last op that a client's request may become: the slots above it are kept for no-ops.
  public func lastClientOp(after checkpoint: UInt64) -> UInt64 {
    lastPreparableOp(after: checkpoint) - UInt64(Geometry.noopReserve)
  }

  /// The last op that may be executed and acknowledged while `checkpoint` is the last durable one: those beyond the headroom behind
  /// the next one wait for it, and a checkpoint begins only when the last one is durable (rule R18).
  public func lastExecutableOp(after checkpoint: UInt64) -> UInt64 {
    let interval = UInt64(checkpointInterval)
    return min(checkpoint + interval + UInt64(headroom), checkpoint + 2 * interval - 1)
  }

  /// Largest body of an entry or message, bytes.
  public var bodySizeMax: Int { Int(messageSize) - PrepareHeader.byteCount }
}
