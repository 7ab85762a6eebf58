internal import MKraftFormat
internal import MKraftReplica
internal import MKraftStorage
internal import Synchronization
internal import SystemPackage

/// Keeps metadata by a policy. Updates follow each other: each is linked to the one before.
final class MetadataWriter: Sendable {
  private struct State {
    var superblock: Superblock
    let buffer: IOBuffer
    let file: MetadataFile
    /// Microseconds that each update took, without the wait for others.
    var latencies: [Double] = []
  }

  private let storage: FileStorage
  private let state: Mutex<State>

  init(_ storage: FileStorage, _ geometry: Geometry) throws {
    self.storage = storage
    guard let superblock = SuperblockDecision(SuperblockSurvey.read(storage)).chosen else {
      throw BenchmarkError.superblockNotWritten
    }
    let file = try MetadataFile(in: storage.path.removingLastComponent())
    state = Mutex(
      State(
        superblock: superblock, buffer: IOBuffer(byteCount: geometry.superblockBytesOnDisk), file: file))
  }

  /// What all updates so far took.
  var latencies: [Double] { state.withLock { $0.latencies } }

  /// Makes durable that `op` was reached, as `policy` says.
  func update(_ policy: MetadataPolicy, op: UInt64) throws {
    try state.withLock { state in
      let begin = ContinuousClock.now
      switch policy {
      case .never: return
      case .superblock: try MetadataWriter.update(&state.superblock, op, state.buffer, storage)
      case .file: try state.file.update(to: op)
      }
      state.latencies.append((ContinuousClock.now - begin).microseconds)
    }
  }

  private static func update(
    _ superblock: inout Superblock, _ op: UInt64, _ buffer: IOBuffer, _ storage: FileStorage
  ) throws {
    var next = superblock.successor()
    next.commitMax = max(next.commitMax, op)
    next.seal()
    var update = SuperblockUpdate(next, buffer: buffer)
    guard update.run(on: storage) == [] else { throw BenchmarkError.superblockNotWritten }
    superblock = next
  }
}
