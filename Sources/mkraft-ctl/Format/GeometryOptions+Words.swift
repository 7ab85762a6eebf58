internal import MKraftFormat

extension GeometryOptions {
  /// The options that make `geometry`, and no other: those whose defaults are different, and always those that size the log.
  static func words(for geometry: Geometry) -> String {
    let usual = Geometry(slotCount: geometry.slotCount, pipeline: geometry.pipeline, headroom: geometry.headroom)
    var words = [
      "--slots \(geometry.slotCount)", "--message-size \(geometry.messageSize)", "--pipeline \(geometry.pipeline)",
      "--headroom \(geometry.headroom)",
    ]
    func add<Value: Equatable>(_ option: String, _ value: KeyPath<Geometry, Value>) {
      if geometry[keyPath: value] != usual[keyPath: value] { words.append("\(option) \(geometry[keyPath: value])") }
    }
    add("--checkpoint-interval", \.checkpointInterval)
    add("--sessions", \.sessions)
    add("--block-size", \.blockSize)
    add("--grid-blocks-max", \.gridBlocksMax)
    add("--io-unit", \.ioUnit)
    return words.joined(separator: " ")
  }
}
