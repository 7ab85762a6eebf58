import MKraftForensics
import MKraftFormat
import MKraftStorage

/// What tests of recovery do again and again.
enum RecoverRig {
  static let identity = RecoverIdentity(fileID: 99, newCluster: 0xC2)

  static func plan(_ files: [any Storage]) throws(RecoverRefusal) -> RecoverPlanning {
    var sources: [RecoverSource] = []
    for (index, file) in files.enumerated() { sources.append(try RecoverSource("file \(index)", file)) }
    return try RecoverPlanner.plan(sources, as: identity)
  }

  /// The new file, with all losses accepted.
  static func build(_ planning: RecoverPlanning) throws -> MemoryStorage {
    let storage = MemoryStorage()
    _ = try planning.fork(accepting: planning.plan.acceptances).write(to: storage)
    return storage
  }
}
