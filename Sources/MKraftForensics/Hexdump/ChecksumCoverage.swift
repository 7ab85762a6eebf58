public import MKraftFormat

/// A checksum in a structure: where it stands, which bytes it is of, and whether it is theirs.
public struct ChecksumCoverage: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    case right, wrong
    /// Bytes that it covers are not there, or nothing tells which they are.
    case unverifiable
  }

  /// Name of the field that holds it.
  public let name: String
  /// Where it stands, bytes from the start of the structure.
  public let offset: Int
  /// What it covers; nil if nothing tells.
  public let covered: Range<Int>?
  /// The kind that seeds it.
  public let kind: StructureKind
  /// Nil if it is not there itself.
  public let stored: UInt128?
  /// The checksum of the bytes that are there; nil if some of them are not.
  public let computed: UInt128?

  public var state: State {
    guard let stored, let computed else { return .unverifiable }
    return stored == computed ? .right : .wrong
  }
}

/// Which checksums a structure carries.
struct CoverageReader: ~Escapable {
  private let bytes: RawSpan
  /// Bytes that are not there.
  private let missing: [Range<Int>]

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, missing: [Range<Int>]) {
    self.bytes = bytes
    self.missing = missing
  }

  func checksums(of target: DumpTarget) -> [ChecksumCoverage] {
    switch target {
    case .superblock: superblock()
    case .header: [header("", at: 0)]
    case .prepare: [header("", at: 0), prepareBody()]
    case .reply: reply()
    case .block: [block()]
    }
  }

  private func coverage(_ name: String, at offset: Int, _ covered: Range<Int>?, _ kind: StructureKind)
    -> ChecksumCoverage
  {
    let stored: UInt128? = isThere(offset..<offset + 16) ? bytes.load(fromByteOffset: offset) : nil
    let readable = covered.flatMap { isThere($0) ? $0 : nil }
    return ChecksumCoverage(
      name: name, offset: offset, covered: covered, kind: kind, stored: stored,
      computed: readable.map { Checksum.of(bytes.extracting($0), as: kind) })
  }

  private func isThere(_ range: Range<Int>) -> Bool { !missing.contains { $0.overlaps(range) } }

  /// The kind that stands in a byte, if it is one of `kinds`; else the first of them.
  private func kind(at offset: Int, of kinds: [StructureKind]) -> StructureKind {
    let found = StructureKind(rawValue: bytes.load(fromByteOffset: offset, as: UInt8.self))
    return found.flatMap { kinds.contains($0) ? $0 : nil } ?? kinds[0]
  }

  private func header(_ prefix: String, at base: Int) -> ChecksumCoverage {
    let kind = kind(at: base + PrepareHeader.Layout.kind.offset, of: [.prepare, .reserved, .unknown])
    return coverage(
      prefix + "checksum", at: base + PrepareHeader.Layout.checksum.offset, base + 16..<base + PrepareHeader.byteCount,
      kind)
  }

  private func prepareBody() -> ChecksumCoverage {
    body(
      PrepareHeader.Layout.bodyChecksum.offset, PrepareHeader.byteCount, bytes.load(PrepareHeader.Layout.size),
      .prepareBody)
  }

  private func body(_ offset: Int, _ start: Int, _ size: UInt32, _ kind: StructureKind) -> ChecksumCoverage {
    let isPlausible = (start...bytes.byteCount).contains(Int(size))
    return coverage("body_checksum", at: offset, isPlausible ? start..<Int(size) : nil, kind)
  }

  private func reply() -> [ChecksumCoverage] {
    let kind = kind(at: ReplyHeader.Layout.kind.offset, of: [.reply, .replyReserved])
    let own = coverage("checksum", at: ReplyHeader.Layout.checksum.offset, 16..<ReplyHeader.byteCount, kind)
    // A blank slot has no body, and so no checksum of one.
    guard kind == .reply else { return [own] }
    let size = bytes.load(ReplyHeader.Layout.size)
    return [own, body(ReplyHeader.Layout.bodyChecksum.offset, ReplyHeader.byteCount, size, .replyBody)]
  }

  /// A size that does not fit covers the whole place, as a reader takes it.
  private func block() -> ChecksumCoverage {
    let size = Int(bytes.load(BlockHeader.Layout.size))
    let end = (BlockHeader.byteCount...bytes.byteCount).contains(size) ? size : bytes.byteCount
    return coverage("checksum", at: BlockHeader.Layout.checksum.offset, 16..<end, .block)
  }

  private func superblock() -> [ChecksumCoverage] {
    let base = Superblock.Layout.checkpoint
    let state = CheckpointState.Layout.covered
    let suffix = min(Int(bytes.load(Superblock.Layout.suffixCount)), Superblock.suffixLimit)
    return [
      coverage("checksum", at: Superblock.Layout.checksum.offset, Superblock.Layout.covered, .superblock),
      coverage(
        "checkpoint_id", at: base + CheckpointState.Layout.id.offset,
        base + state.lowerBound..<base + state.upperBound, .checkpoint),
      header("checkpoint_header.", at: base + CheckpointState.Layout.header),
    ]
      + (0..<suffix).map { header("suffix[\($0)].", at: Superblock.Layout.suffix + $0 * PrepareHeader.byteCount) }
  }
}
