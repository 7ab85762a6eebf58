internal import MKraftFormat
internal import MKraftStorage

/// One file, by name.
struct Fixture {
  let name: String
  let make: () throws -> MemoryStorage

  init(_ name: String, _ make: @escaping () throws -> MemoryStorage) {
    self.name = name
    self.make = make
  }

  static var all: [Fixture] { lives + files + superblocks + log + grid }

  // MARK: Where the damage starts from

  /// Loaded, and stopped cleanly.
  static func loaded() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    replica.stop()
    return replica.storage
  }

  /// Loaded, and killed when nothing was under way.
  static func running() throws -> MemoryStorage {
    let replica = try SampleReplica()
    try replica.load()
    return replica.storage
  }

  /// A fixture that is a loaded file, damaged.
  static func damaged(_ name: String, _ damage: @escaping (MemoryStorage) throws -> Void) -> Fixture {
    Fixture(name) {
      let storage = try loaded()
      try damage(storage)
      return storage
    }
  }

  /// A fixture that is a killed replica's file, damaged.
  static func killed(_ name: String, _ damage: @escaping (MemoryStorage) throws -> Void) -> Fixture {
    Fixture(name) {
      let storage = try running()
      try damage(storage)
      return storage
    }
  }
}
