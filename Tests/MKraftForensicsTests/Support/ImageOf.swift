import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// The image of a file, made in memory.
struct ImageOf {
  let file: MemoryStorage
  let summary: ImageWriter.Summary

  init(_ source: any Storage, redacted: Bool = true, live: Bool = false) throws {
    file = MemoryStorage()
    var options = ImageWriter.Options()
    options.isRedacted = redacted
    options.isLive = live
    options.alignment = source.directAlignment
    summary = try ImageWriter.write(source, to: file, options)
  }

  func storage() throws -> ImageStorage { try #require(try ImageStorage.open(file)) }

  var bytes: [UInt8] {
    get throws { try ImageOf.bytes(file) }
  }

  static func bytes(_ storage: any Storage) throws -> [UInt8] {
    let count = Int(storage.byteCount)
    guard count > 0 else { return [] }
    let buffer = IOBuffer(byteCount: count)
    _ = try storage.read(count, at: 0, into: buffer)
    return [UInt8](copying: buffer.bytes)
  }

  /// The same verdict, findings, counts and bytes from the file and from its image.
  static func expectSame(
    _ source: any Storage, _ name: String, _ options: Verification.Options = Verification.Options()
  ) throws {
    let original = Verification.run(source, options)
    let image = try ImageOf(source).storage()
    expectSame(original, Verification.run(image, options), name)
  }

  static func expectSame(_ original: VerificationReport, _ copy: VerificationReport, _ name: String) {
    expectSame(original.findings, copy.findings, name)
    #expect(copy.verdict.start == original.verdict.start && copy.verdict.scope == original.verdict.scope, "\(name)")
    #expect(copy.verdict.integrity == original.verdict.integrity, "\(name)")
    let (code, wanted) = (copy.verdict.exitCode, original.verdict.exitCode)
    #expect(code == wanted || wanted == .repairable && code == .restorable, "\(name)")
    #expect(copy.bytes == original.bytes, "\(name)")
    #expect(copy.byteCount == original.byteCount && copy.liveHead == original.liveHead, "\(name)")
    #expect(copy.counts.map(\.kind) == original.counts.map(\.kind), "\(name)")
    #expect(copy.counts.map(\.count) == original.counts.map(\.count), "\(name)")
    #expect(copy.superblockDecision.states == original.superblockDecision.states, "\(name)")
    #expect(copy.superblock?.checksum == original.superblock?.checksum, "\(name)")
    #expect(copy.journal?.head.checksum == original.journal?.head.checksum, "\(name)")
    #expect(copy.journal?.slots == original.journal?.slots, "\(name)")
    #expect(copy.grid == original.grid, "\(name)")
  }
}

extension ImageOf {
  /// The same findings. That the file holds all it takes to make something right may depend on what an image leaves out; it
  /// is never said of an image if it does not hold for the file.
  static func expectSame(_ original: [Finding], _ copy: [Finding], _ name: String) {
    func rebuildable(_ findings: [Finding]) -> Set<String> { Set(findings.filter(\.isRebuildable).map(\.place)) }
    #expect(rebuildable(copy).isSubset(of: rebuildable(original)), "\(name)")
    #expect(withoutRemedy(copy) == withoutRemedy(original), "\(name)")
  }

  private static func withoutRemedy(_ findings: [Finding]) -> [Finding] {
    findings.map { finding in
      var finding = finding
      finding.isRebuildable = false
      return finding
    }.sorted { left, right in
      (left.range?.lowerBound ?? 0, left.kind.name, left.place) < (
        right.range?.lowerBound ?? 0, right.kind.name, right.place
      )
    }
  }
}

/// Finds runs of bytes in others.
struct ByteSearch {
  /// Bytes of a run that must be found together.
  static let width = 8
  private let seen: Set<UInt64>

  init(_ bytes: [UInt8]) {
    var seen: Set<UInt64> = []
    let span = bytes.rawSpan
    for offset in 0..<max(0, bytes.count - ByteSearch.width + 1) { seen.insert(span.load(fromByteOffset: offset)) }
    self.seen = seen
  }

  /// Whether any `width` neighbours of `run` occur.
  func findsPart(of run: [UInt8]) -> Bool {
    let span = run.rawSpan
    return (0..<max(0, run.count - ByteSearch.width + 1)).contains { seen.contains(span.load(fromByteOffset: $0)) }
  }
}
