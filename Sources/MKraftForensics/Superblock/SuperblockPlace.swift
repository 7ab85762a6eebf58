public import MKraftFormat
internal import MKraftStorage

/// A place where a superblock copy stands or should stand, and what is there.
public struct SuperblockPlace: Sendable {
  public enum State: String, Sendable, CaseIterable {
    /// The superblock that a replica opens the file at.
    case current
    /// An earlier update.
    case stale
    /// The beginning of an update that never took effect.
    case unacknowledged
    /// Right by itself, while no superblock can be chosen to compare it with.
    case valid
    /// Right by itself, but not where its copy number belongs.
    case misdirected
    /// One of two copies of one sequence that are not the same.
    case forked
    /// Another file's.
    case foreign
    /// A newer release may read it.
    case newer
    /// Parts of two updates: its write was interrupted.
    case torn
    case damaged
    case unreadable
    /// The file ends before.
    case missing
  }

  /// Bytes from the start of the file.
  public let offset: UInt64
  /// The copy that belongs here; nil if none does, or if nobody knows because no geometry is certain.
  public let home: Int?
  public internal(set) var state: State
  /// Why it is what it is, where the state alone does not tell.
  public internal(set) var reason: String?
  /// Name of what is wrong with the bytes, as the manual has it; nil if they are right by themselves, or not there.
  public let defect: String?
  /// The superblock, if it is right by itself, wherever it lies.
  public let superblock: Superblock?
  /// The 16 KiB that stand here, unless they are unreadable or missing.
  public let bytes: [UInt8]?
  /// The invariants that the bytes break, whatever the checksum says; empty for bytes that are no superblock at all.
  public let broken: InvariantSet

  /// Whether there is a superblock to show, damaged or not: the bytes carry its magic.
  public var isShowable: Bool { (bytes?.rawSpan.load(Superblock.Layout.magic) ?? 0) == Superblock.magic }

  /// Looks at `offset`.
  init(_ storage: any Storage, offset: UInt64, home: Int?, chosen: Superblock?) {
    let buffer = IOBuffer(byteCount: Superblock.byteCount)
    do {
      guard try storage.read(Superblock.byteCount, at: offset, into: buffer) == Superblock.byteCount else {
        self.init(offset: offset, home: home, .missing, "the file ends before it does")
        return
      }
    } catch {
      self.init(offset: offset, home: home, .unreadable, error.description)
      return
    }
    self.init(bytes: [UInt8](copying: buffer.bytes), offset: offset, home: home, chosen: chosen)
  }

  private init(offset: UInt64, home: Int?, _ state: State, _ reason: String) {
    self.offset = offset
    self.home = home
    self.state = state
    self.reason = reason
    defect = nil
    superblock = nil
    bytes = nil
    broken = InvariantSet()
  }

  private init(bytes: [UInt8], offset: UInt64, home: Int?, chosen: Superblock?) {
    self.bytes = bytes
    self.offset = offset
    self.home = home
    do {
      let decoded = try Superblock(decoding: bytes.rawSpan)
      superblock = decoded
      defect = nil
      broken = InvariantSet()
      (state, reason) = SuperblockPlace.judge(decoded, offset: offset, chosen: chosen)
    } catch {
      superblock = nil
      defect = error.name
      state = error.isNewerFormat ? .newer : .damaged
      reason = error.explanation
      let hasMagic = bytes.rawSpan.load(Superblock.Layout.magic) == Superblock.magic
      let shown = Superblock(unverified: bytes.rawSpan)
      broken = hasMagic && !error.isNewerFormat ? shown.brokenInvariants(in: bytes.rawSpan) : InvariantSet()
    }
  }

  private static func judge(_ superblock: Superblock, offset: UInt64, chosen: Superblock?) -> (State, String?) {
    let home = superblock.geometry.offset(of: .superblock(superblock.copy))
    guard home == offset else { return (.misdirected, "it is copy \(superblock.copy), whose home is at \(home)") }
    guard let chosen else { return (.valid, nil) }
    guard superblock.isSameFile(as: chosen) else { return (.foreign, "its identity or geometry is another file's") }
    if superblock.checksum == chosen.checksum { return (.current, nil) }
    if superblock.sequence < chosen.sequence {
      let behind = chosen.sequence - superblock.sequence
      return (.stale, behind == 1 ? "one update behind" : "\(behind) updates behind")
    }
    return (.unacknowledged, "an update that was begun and never took effect")
  }
}

extension SuperblockDefect {
  /// What is wrong, in words.
  public var explanation: String {
    switch self {
    case .allZero: "every byte is zero"
    case .magicMismatch: "the bytes do not begin like a superblock"
    case .versionUnknown(let version): "format version \(version) is newer than this release knows"
    case .checksumAlgorithmUnknown(let number): "checksum algorithm \(number) is not known to this release"
    case .checksumMismatch(let stored, let computed):
      "checksum mismatch: stored \(stored.hex), computed \(computed.hex)"
    case .featuresUnknown(let mask):
      "incompatible features \(String(mask, radix: 16)) (hex) are not known to this release"
    case .kindMismatch(let kind): "kind \(kind) is not a superblock's"
    case .copyNumberInvalid(let number): "copy number \(number) is not 0 to 3"
    case .violates(let broken):
      "checksum right, invariants broken: " + broken.elements.map(\.name).joined(separator: ", ")
    }
  }
}
