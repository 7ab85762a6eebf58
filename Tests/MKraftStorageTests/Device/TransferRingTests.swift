import MKraftStorage
import SystemPackage
import Testing

@Suite struct TransferRingTests {
  /// A file of 16 KiB and a ring on it; nil where io_uring or direct I/O cannot be had.
  private static func ring(_ access: FileStorage.Access = .replica) throws -> (FilePath, TransferRing, Keep)? {
    let directory = try TemporaryDirectory()
    let path = try directory.file("ring", pattern(16_384))
    guard let ring = try? TransferRing(try FileStorage.open(path, for: access), depth: 8) else { return nil }
    return (path, ring, Keep(directory: directory))
  }

  /// The directory goes with it.
  private struct Keep { let directory: TemporaryDirectory }

  private static func transfer(
    _ token: UInt64, isWrite: Bool, at offset: UInt64, _ buffer: IOBuffer = IOBuffer(byteCount: 4096)
  ) -> RingTransfer {
    RingTransfer(token: token, isWrite: isWrite, offset: offset, count: 4096, buffer: buffer)
  }

  /// Waits for the end of `count` transfers.
  private static func ended(_ ring: TransferRing, _ count: Int) -> [UInt64: RingTransfer.Outcome] {
    var found: [UInt64: RingTransfer.Outcome] = [:]
    while found.count < count, ring.event.wait(milliseconds: 5000) {
      for (transfer, outcome) in ring.takeEnded() { found[transfer.token] = outcome }
    }
    return found
  }

  @Test func transfersBegunTogetherAreAllPerformed() throws {
    guard let (path, ring, keep) = try Self.ring() else { return }
    defer { withExtendedLifetime(keep) {} }
    let written = IOBuffer([UInt8](repeating: 0xA5, count: 4096))
    let read = IOBuffer(byteCount: 4096)
    #expect(
      ring.begin([Self.transfer(1, isWrite: true, at: 4096, written), Self.transfer(2, isWrite: false, at: 8192, read)])
        .isEmpty)
    let found = Self.ended(ring, 2)
    #expect(found.count == 2 && found.values.allSatisfy { if case .done = $0 { true } else { false } })
    #expect(read.array(0..<4096) == Array(pattern(16_384)[8192..<12_288]))
    #expect(ring.underWayCount == 0)
    let check = IOBuffer(byteCount: 4096)
    #expect(try FileStorage.open(path, for: .reading(cached: false)).read(4096, at: 4096, into: check) == 4096)
    #expect(check.array(0..<4096) == [UInt8](repeating: 0xA5, count: 4096))
  }

  /// The blocking call says what a short read means.
  @Test func whatEndsEarlyIsUndecided() throws {
    guard let (_, ring, keep) = try Self.ring() else { return }
    defer { withExtendedLifetime(keep) {} }
    #expect(ring.begin([Self.transfer(1, isWrite: false, at: 16_384)]).isEmpty)
    guard case .undecided = Self.ended(ring, 1)[1] else {
      Issue.record("a read beyond the end was decided")
      return
    }
  }

  @Test func whatTheKernelWouldRefuseIsNotBegun() throws {
    guard let (_, ring, keep) = try Self.ring() else { return }
    defer { withExtendedLifetime(keep) {} }
    let ended = ring.begin([Self.transfer(1, isWrite: true, at: 100)])
    guard ended.count == 1, case .undecided = ended[0].outcome else {
      Issue.record("a misaligned write was begun")
      return
    }
    #expect(ring.underWayCount == 0)
  }

  @Test func moreThanTheRingHoldsIsLeftToTheCaller() throws {
    guard let (_, ring, keep) = try Self.ring() else { return }
    defer { withExtendedLifetime(keep) {} }
    let left = ring.begin((1...20).map { Self.transfer($0, isWrite: false, at: 0) })
    #expect(left.count == 12 && left.allSatisfy { $0.transfer.token > 8 })
    #expect(Self.ended(ring, 8).count == 8)
  }

  @Test func anErrorNamesTheTransfer() throws {
    guard let (path, ring, keep) = try Self.ring(.reading(cached: false)) else { return }
    defer { withExtendedLifetime(keep) {} }
    #expect(ring.begin([Self.transfer(1, isWrite: true, at: 4096)]).isEmpty)
    guard case .failed(let error) = Self.ended(ring, 1)[1] else {
      Issue.record("a write to a file opened for reading succeeded")
      return
    }
    #expect(
      error == StorageError(.write, path, offset: 4096, count: 4096, cause: .errno(.badFileDescriptor)))
  }
}
