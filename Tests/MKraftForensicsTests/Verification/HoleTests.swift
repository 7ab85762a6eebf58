import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

/// Who looks for structures passes over holes, and concludes the same as if they had been read.
@Suite struct HoleTests {
  private static let large: UInt64 = 8 << 30

  @Test func holesChangeNoConclusion() throws {
    let sample = try SampleFile()
    for scenario in Scenario.all {
      let file = SampleFile(copying: sample)
      scenario.damage(file)
      let holed = HoledStorage(file.storage)
      #expect(Verification.run(holed, file.options).conclusions == file.verify().conclusions, "\(scenario.name)")
      for scanning in [false, true] {
        let one = SuperblockInspection.read(holed, scanning: scanning)
        let other = SuperblockInspection.read(file.storage, scanning: scanning)
        #expect(one.findings.map(\.kind) == other.findings.map(\.kind), "\(scenario.name)")
        #expect(one.places.map(\.offset) == other.places.map(\.offset), "\(scenario.name)")
        #expect(one.places.map(\.state) == other.places.map(\.state), "\(scenario.name)")
        #expect(one.survey.scanEnd == other.survey.scanEnd, "\(scenario.name)")
      }
    }
  }

  /// Of a file that is one hole next to nothing is read, and all of it is accounted for.
  @Test func aHugeHoleIsNoFileOfOurs() {
    let storage = HoledStorage(MemoryStorage(byteCount: HoleTests.large), pages: [])
    #expect(SuperblockInspection.read(storage, scanning: true).findings.map(\.kind) == [.notOurFormat])
    let report = Verification.run(storage)
    #expect(report.counts.map(\.kind) == [.notOurFormat] && report.bytes.total == HoleTests.large)
    #expect(storage.bytesRead < 1 << 20, "\(storage.bytesRead) bytes")
  }

  /// A structure in the midst of a hole is found, at the beginning of a page or not.
  @Test func whatStandsBetweenHolesIsFound() throws {
    let header = PrepareHeader.placeholder(.reserved, slot: 5, cluster: 1)
    for offset in [5 << 30, (5 << 30) + 256, (5 << 30) + 8192 - 256] as [UInt64] {
      let storage = MemoryStorage(byteCount: HoleTests.large)
      let buffer = IOBuffer(byteCount: PrepareHeader.byteCount)
      var bytes = buffer.mutableBytes
      header.encode(into: &bytes)
      storage.replace(at: offset, with: buffer)
      let report = Verification.run(HoledStorage(storage, pages: [offset / 4096 * 4096]))
      #expect(report.counts.map(\.kind) == [.superblockNotFound])
      #expect(report.worst?.evidence.hasSuffix("at byte \(offset)") == true, "\(report.findings)")
      #expect(report.bytes.total == HoleTests.large)
    }
  }

  /// A superblock that is not at its home, and the mark of a repair.
  @Test func whatAScanLooksForIsFound() throws {
    let file = try SampleFile()
    for copy in 0..<Superblock.copyCount { file.storage.zero(file.range(copy)) }
    file.storage.truncate(to: HoleTests.large)
    let stray: UInt64 = 3 << 30
    let image = IOBuffer(byteCount: Superblock.byteCount)
    var bytes = image.mutableBytes
    file.superblock.encode(into: &bytes)
    file.storage.replace(at: stray, with: image)
    let pages = stride(from: stray, to: stray + UInt64(Superblock.byteCount), by: 4096)
    let inspection = SuperblockInspection.read(HoledStorage(file.storage, pages: Array(pages)))
    #expect(inspection.survey.sightings.map(\.offset) == [stray], "\(inspection.places.map(\.offset))")
    #expect(inspection.geometryOrigin == .strayCopy && inspection.places.map(\.offset).contains(stray))
  }
}
