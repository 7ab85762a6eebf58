import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct DataFileCreateTests {
  private let geometry = Geometry(slotCount: 64, messageSize: 65_536, sessions: 4)

  /// A real file has the bytes that the device in memory gets.
  @Test func makesTheSameFile() throws {
    for prewrite in [false, true] {
      for parent in [nil, "/dev/shm"] as [FilePath?] {
        guard let directory = try? TemporaryDirectory(below: parent) else { continue }
        let plan = FormatPlan(cluster: 3, geometry: geometry, fileID: 4, prewrite: prewrite)
        var last: (UInt64, UInt64) = (0, 0)
        let result = try DataFileFormatter.create(directory["f"], plan) { last = ($0, $1) }
        #expect(result.byteCount == geometry.fileSizeAtFormat)
        #expect(result.superblock.checksum == plan.superblock.checksum)
        #expect(prewrite ? result.space == .written : result.space != .written)
        #expect(last.0 <= last.1)
        let zones = [Zone.walHeaders, .walPrepares, .replies].map { geometry.byteCount(of: $0) }.reduce(0, +)
        // Headers, then an I/O unit of each slot.
        let sparse: UInt64 = 64 * 256 + 64 * 4096 + 4 * 4096
        let superblocks: UInt64 = 4 * 16_384
        #expect(result.bytesWritten == superblocks + (prewrite ? zones : sparse))
        let file = try FileStorage.open(directory["f"], for: .replica)
        let memory = MemoryStorage()
        try DataFileFormatter.format(plan, onto: memory)
        #expect(file.byteCount == memory.byteCount)
        let buffers = [IOBuffer(byteCount: 1 << 20), IOBuffer(byteCount: 1 << 20)]
        for offset in stride(from: 0, to: memory.byteCount, by: 1 << 20) {
          #expect(try file.read(1 << 20, at: offset, into: buffers[0]) == 1 << 20)
          #expect(try memory.read(1 << 20, at: offset, into: buffers[1]) == 1 << 20)
          let checksums = buffers.map { (buffer: IOBuffer) -> UInt128 in Checksum.of(buffer.bytes, as: .prepareBody) }
          #expect(checksums[0] == checksums[1])
        }
      }
    }
  }

  @Test func leavesNothingOfWhatFails() throws {
    let directory = try TemporaryDirectory()
    var plan = FormatPlan(cluster: 3, geometry: geometry, fileID: 4)
    let taken = try directory.file("taken", [1])
    #expect(throws: FormatError.storage(StorageError(.open, taken, cause: .exists))) {
      _ = try DataFileFormatter.create(taken, plan)
    }
    plan.replica = 1
    #expect(throws: FormatError.invalid(InvariantSet(.replicaIndex))) {
      _ = try DataFileFormatter.create(directory["f"], plan)
    }
    #expect(directory.names == ["taken"])
  }

  @Test func knowsCopyOnWriteByItsNumber() throws {
    let directory = try TemporaryDirectory(below: "/dev/shm")
    let file = try FileStorage.open(directory.file("f"), for: .reading(cached: true))
    // A filesystem in memory writes in place.
    #expect(file.copyOnWriteFilesystem == nil)
  }
}
