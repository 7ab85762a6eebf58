import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Any one superblock copy is enough to read everything else, wherever it stands.
@Suite struct OneCopyTests {
  /// - Parameter place: where the one copy that is left stands; its home, or that of another.
  private func file(with copy: Int, at place: Int) throws -> SampleFile {
    let file = try SampleFile()
    let image = file.superblock
    for other in 0..<Superblock.copyCount { file.garbage(file.range(other)) }
    file.write(image, copy: copy)
    if place != copy {
      file.storage.copy(file.range(copy), to: file.home(place))
      file.garbage(file.range(copy))
    }
    file.storage.flipBit(at: 8 * (file.geometry.prepareOffset(slot: 4) + 300))
    return file
  }

  @Test(arguments: 0..<Superblock.copyCount, 0..<Superblock.copyCount) func isEnough(copy: Int, place: Int) throws {
    let file = try file(with: copy, at: place)
    let isHome = copy == place
    let refusal: FindingKind = isHome ? .superblockQuorumLost : .superblockNotFound

    let inspection = SuperblockInspection.read(file.storage)
    #expect(inspection.places.prefix(4).map(\.offset) == (0..<4).map(file.home))
    #expect(inspection.representative?.checksum == file.superblock.checksum)
    #expect(inspection.geometryOrigin == (isHome ? .copies : .strayCopy))
    #expect(inspection.findings.first?.kind == refusal)
    #expect(inspection.places[place].state == (isHome ? .valid : .misdirected))

    let log = try LogInspection.read(file.storage, depth: .bodies)
    #expect(log.decision.head.op == 3 && log.decision.provenOp == SampleFile.head)
    #expect(log.findings.contains { $0.kind == .walPrepareCorrupt && $0.slot == 4 })
    #expect(log.findings.contains { $0.kind == refusal }, "\(log.findings)")
    #expect(log.source.assumption == nil && log.source.offset == file.home(place))

    let report = file.verify()
    #expect(report.findings.contains { $0.kind == .walPrepareCorrupt && $0.slot == 4 }, "\(report.findings)")
    #expect(report.verdict.exitCode == .lost && report.verdict.start == .refuses(reason: refusal.name))
    #expect(report.superblock?.checksum == file.superblock.checksum)
    #expect(report.bytes.total == report.byteCount && report.bytes[.geometryUnknown] == 0)
  }
}
