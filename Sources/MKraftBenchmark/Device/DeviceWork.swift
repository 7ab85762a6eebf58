/// What is done to a device again and again.
package enum DeviceWork: Sendable, Hashable {
  /// Durable writes, one place after the other, bytes each.
  case write(byteCount: Int)
  /// What an entry of the log costs a device at least: a durable write of so many bytes, and when that is done one of a unit of
  /// headers.
  case orderedPair(byteCount: Int)
  /// Reads at random places, from the device and not from a cache, bytes each.
  case read(byteCount: Int)

  package var byteCount: Int {
    switch self {
    case .write(let count), .orderedPair(let count), .read(let count): count
    }
  }

  /// A short name, stable for scripts.
  package var name: String {
    switch self {
    case .write: "durable-write"
    case .orderedPair: "ordered-pair"
    case .read: "read"
    }
  }

  package static let names = ["durable-write", "ordered-pair", "read"]
}
