internal import ArgumentParser
internal import MKraftFormat
internal import MKraftOutput

/// The numbers chosen at format (rule R3). What is out of range becomes a geometry that breaks an invariant, so that all that
/// is wrong is named at once.
struct GeometryOptions: ParsableArguments {
  @Option(help: "Slots of each of the two rings.")
  var slots: UInt64 = UInt64(Geometry.defaultSlotCount)

  @Option(help: "Largest entry of the log, header and body: 4K to 1M.")
  var messageSize = ByteCount(UInt64(Geometry.defaultMessageSize))

  @Option(help: "Most entries being prepared at once.")
  var pipeline: UInt64 = UInt64(Geometry.defaultPipeline)

  @Option(help: "Ops that may be acknowledged beyond a checkpoint before it is durable. (default: 128, or slots / 8)")
  var headroom: UInt64?

  @Option(help: "Most client sessions at once.")
  var sessions: UInt64 = UInt64(Geometry.defaultSessions)

  @Option(help: "Size of a grid block: 16K to 1M.")
  var blockSize = ByteCount(UInt64(Geometry.defaultBlockSize))

  @Option(help: "Most blocks in the grid.")
  var gridBlocksMax: UInt64 = Geometry.defaultGridBlocksMax

  @Option(help: "Unit of layout and I/O: 4K to 64K, at least what the device takes.")
  var ioUnit = ByteCount(UInt64(Geometry.defaultIOUnit))

  @Option(help: "Ops between checkpoints. (default: the longest that never stalls)")
  var checkpointInterval: UInt64?

  var geometry: Geometry {
    Geometry(
      ioUnit: UInt32(clamping: ioUnit.bytes), slotCount: UInt32(clamping: slots),
      messageSize: UInt32(clamping: messageSize.bytes), pipeline: UInt32(clamping: pipeline),
      checkpointInterval: checkpointInterval.map { UInt32(clamping: $0) },
      headroom: headroom.map { UInt32(clamping: $0) },
      sessions: UInt32(clamping: sessions), blockSize: UInt32(clamping: blockSize.bytes), gridBlocksMax: gridBlocksMax)
  }
}
