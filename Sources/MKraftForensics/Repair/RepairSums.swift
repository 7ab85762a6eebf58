internal import MKraftFormat
internal import MKraftStorage

/// Checksums of what stands where a plan changes something, and of what is to stand there.
struct RepairSums {
  private let old: any Storage
  private let new: any Storage

  init(_ draft: RepairDraft) {
    old = draft.base
    new = draft.overlay
  }

  func completed(_ action: RepairAction) -> RepairAction {
    var action = action
    let range = action.range
    switch action.method {
    // What cannot be read may be long, and has no checksum.
    case .fileExtended, .unreadableZeroed: break
    case .fileCut: action.oldChecksum = RepairSums.checksum(of: range, in: old)
    default:
      action.oldChecksum = RepairSums.checksum(of: range.clamped(to: 0..<max(old.byteCount, range.lowerBound)), in: old)
      action.newChecksum = RepairSums.checksum(of: range, in: new)
    }
    return action
  }

  /// The longest change of a plan, bytes: what is cut off behind a file's end.
  private static let byteCountMax = Int(RepairPlanner.tailLimit)

  /// XXH3-128 without a seed; nil if not all of it is there, or if it is longer than any change. Memory for all of it is taken.
  static func checksum(of range: Range<UInt64>, in storage: any Storage) -> UInt128? {
    guard !range.isEmpty, range.count <= byteCountMax else { return nil }
    let buffer = IOBuffer(byteCount: range.count)
    guard let count = try? storage.read(range.count, at: range.lowerBound, into: buffer), count == range.count else {
      return nil
    }
    return Checksum.of(buffer.bytes, seed: 0)
  }
}
