import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// What each copy is in the light of the others, and the values behind invariants.
@Suite struct SuperblockStateTests {
  private func states(_ file: SampleFile) -> [SuperblockPlace.State] {
    SuperblockInspection.read(file.storage).places.map(\.state)
  }

  /// The next update, of which copy 0 is written and copy 1 is interrupted after so many atoms.
  private func tornUpdate(atoms: Int) throws -> SampleFile {
    let file = try SampleFile()
    // An update that changes the first atom and the checkpoint's, so that there is something to tear.
    let next = file.successor(of: file.superblock) {
      $0.term += 1
      $0.checkpoint.storageSize += UInt64($0.geometry.blockSize)
    }
    file.write(next, copy: 0)
    let whole = SampleFile(copying: file)
    whole.write(next, copy: 1)
    let buffer = IOBuffer(byteCount: 512 * atoms)
    _ = try whole.storage.read(buffer.byteCount, at: whole.home(1), into: buffer)
    file.storage.replace(at: file.home(1), with: buffer)
    return file
  }

  @Test func torn() throws {
    let file = try tornUpdate(atoms: 1)
    let inspection = SuperblockInspection.read(file.storage)
    #expect(inspection.places.map(\.state) == [.unacknowledged, .torn, .current, .current])
    let reason = try #require(inspection.places[1].reason)
    #expect(reason.contains("sequence 2") && reason.contains("sequence 3"), "\(reason)")
    // All atoms of the update: the copy is whole, and the update has two copies.
    #expect(states(try tornUpdate(atoms: 32)) == [.current, .current, .stale, .stale])
  }

  /// A flipped bit is no torn write, wherever it is.
  @Test(arguments: [16, 24, 200, 600, 1100, 9000, 16383] as [UInt64]) func rottenIsNotTorn(offset: UInt64) throws {
    let file = try SampleFile()
    file.write(file.history[0], copy: 3)
    file.storage.flipBit(at: 8 * (file.home(1) + offset) + 2)
    let place = SuperblockInspection.read(file.storage).places[1]
    #expect(place.state != .torn && place.state != .current, "\(place.state)")
    // The copy number and the magic are special: without the magic it is no superblock at all.
    guard offset >= 200 else { return }
    #expect(place.state == .damaged)
    let atom = offset / 512 * 512
    let reason = try #require(place.reason)
    #expect(reason.contains("1 of 32 atoms, within bytes \(atom)..<\(atom + 512)"), "\(reason)")
  }

  @Test func forked() throws {
    let file = try SampleFile()
    let other = file.successor(of: file.history[0]) { $0.term = 9 }
    file.write(other, copy: 2)
    let inspection = SuperblockInspection.read(file.storage)
    #expect(inspection.places.map(\.state) == [.forked, .forked, .forked, .forked])
    #expect(inspection.places[2].reason?.hasPrefix("3 other copies have") == true)
    #expect(inspection.places[0].reason?.hasPrefix("1 other copy has") == true)
  }

  @Test func foreign() throws {
    let file = try SampleFile()
    var other = file.superblock
    other.fileID = 8
    other.seal()
    file.write(other, copy: 3)
    #expect(states(file) == [.valid, .valid, .valid, .foreign])
    // Two against two: nobody can tell which is which.
    file.write(other, copy: 2)
    #expect(states(file) == [.valid, .valid, .valid, .valid])
  }

  /// Every invariant that speaks of fields names them, by names that exist.
  @Test func comparedValuesAreOfTheFile() throws {
    let file = try SampleFile()
    let checks = SuperblockInspection.read(file.storage).invariants([0, 1, 2, 3])
    for check in checks where check.invariant != .superblockReservedZero {
      #expect(!check.values.isEmpty && check.shown == 0, "\(check.invariant.name)")
    }
    func values(_ invariant: Invariant) -> [String: FieldValue] {
      let values = checks.first { $0.invariant == invariant }?.values ?? []
      return Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) })
    }
    #expect(values(.logTermAtMostTerm) == ["log_term": .number(1), "term": .number(1)])
    #expect(values(.commitMaxAtLeastCheckpoint) == ["commit_max": .number(0), "checkpoint_header.op": .number(0)])
    let id = file.superblock.checkpoint.id
    #expect(values(.superblockCheckpointID) == ["checkpoint_id": .identifier(id), "computed_id": .identifier(id)])
    #expect(
      values(.geometryInterval) == [
        "checkpoint_interval": .number(UInt64(file.geometry.checkpointInterval)), "headroom": .number(8),
        "pipeline": .number(8), "slot_count": .number(64), "longest_interval": .number(40),
      ])
  }

  /// The values are those of the place that breaks the invariant.
  @Test func brokenValuesAreThoseOfTheBrokenCopy() throws {
    let file = try SampleFile()
    file.write(file.successor(of: file.history[0]) { $0.logTerm = 7 }, copy: 2)
    let check = SuperblockInspection.read(file.storage).invariants([0, 1, 2, 3]).first {
      $0.invariant == .logTermAtMostTerm
    }
    #expect(check?.brokenIn == [2] && check?.shown == 2)
    #expect(check?.values.map(\.value) == [.number(7), .number(0)])
  }
}
