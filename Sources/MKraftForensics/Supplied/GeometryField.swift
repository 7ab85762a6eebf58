public import MKraftFormat

/// A number of the geometry by its names: the table behind `--geometry` and behind comparisons of two geometries.
public struct GeometryField: Sendable {
  /// As the superblock's layout calls it.
  public let name: String
  /// As `format` and `--geometry` call it.
  public let option: String
  private let get: @Sendable (Geometry) -> UInt64
  private let set: @Sendable (inout Geometry, UInt64) -> Void

  public func value(in geometry: Geometry) -> UInt64 { get(geometry) }

  /// Sets the number; one that the field cannot hold becomes its largest, which breaks an invariant.
  public func set(_ value: UInt64, in geometry: inout Geometry) { set(&geometry, value) }

  public static let all: [GeometryField] = [
    GeometryField("io_unit", "io-unit", { UInt64($0.ioUnit) }, { $0.ioUnit = UInt32(clamping: $1) }),
    GeometryField("slot_count", "slots", { UInt64($0.slotCount) }, { $0.slotCount = UInt32(clamping: $1) }),
    GeometryField(
      "message_size", "message-size", { UInt64($0.messageSize) }, { $0.messageSize = UInt32(clamping: $1) }),
    GeometryField("pipeline", "pipeline", { UInt64($0.pipeline) }, { $0.pipeline = UInt32(clamping: $1) }),
    GeometryField(
      "checkpoint_interval", "checkpoint-interval", { UInt64($0.checkpointInterval) },
      { $0.checkpointInterval = UInt32(clamping: $1) }),
    GeometryField("headroom", "headroom", { UInt64($0.headroom) }, { $0.headroom = UInt32(clamping: $1) }),
    GeometryField("sessions", "sessions", { UInt64($0.sessions) }, { $0.sessions = UInt32(clamping: $1) }),
    GeometryField("block_size", "block-size", { UInt64($0.blockSize) }, { $0.blockSize = UInt32(clamping: $1) }),
    GeometryField("grid_blocks_max", "grid-blocks-max", { $0.gridBlocksMax }, { $0.gridBlocksMax = $1 }),
  ]

  private init(
    _ name: String, _ option: String, _ get: @escaping @Sendable (Geometry) -> UInt64,
    _ set: @escaping @Sendable (inout Geometry, UInt64) -> Void
  ) {
    self.name = name
    self.option = option
    self.get = get
    self.set = set
  }

  /// The field of this name, in either spelling.
  public static func named(_ name: some StringProtocol) -> GeometryField? {
    all.first { $0.name == name || $0.option == name }
  }

  /// The fields in which two geometries differ.
  public static func differences(_ one: Geometry, _ other: Geometry) -> [GeometryField] {
    all.filter { $0.value(in: one) != $0.value(in: other) }
  }
}

extension Geometry {
  /// As `--geometry` takes it.
  public var specification: String {
    GeometryField.all.map { "\($0.option)=\($0.value(in: self))" }.joined(separator: ",")
  }
}
