/// The catalogue of findings (design section 8): the one table that output, `explain`, the manual and the JSON schema are made
/// from. Each part of it lies in a file of its own.
///
/// Codes: a replica heals it or does not need it: 10. An unclean stop is no damage: what it leaves is a note, as a filesystem
/// that replays its journal is clean. It refuses, or stops when it needs the item: 11 if the file alone suffices to bring it
/// back, 13 if the missing item's identity is known, so that another copy of it can be proven to be the right one; 14 if not.
public enum FindingCatalogue {
  /// An entry for each kind, in the order of `FindingKind`.
  public static let entries: [FindingEntry] = {
    let written = file + copies + superblock + logHealed + logLost + grid + replies
    let byKind = Dictionary(grouping: written, by: \.kind)
    return FindingKind.allCases.map { kind in
      guard let entries = byKind[kind], entries.count == 1 else {
        preconditionFailure("the catalogue has one entry for \(kind.name)")
      }
      return entries[0]
    }
  }()

  private static let byKind = Dictionary(uniqueKeysWithValues: entries.map { ($0.kind, $0) })

  static func entry(_ kind: FindingKind) -> FindingEntry {
    guard let entry = byKind[kind] else { preconditionFailure("the catalogue has an entry for \(kind.name)") }
    return entry
  }

  /// The entry of this name; nil if there is none.
  public static func entry(named name: String) -> FindingEntry? { FindingKind(rawValue: name).map(entry) }
}
