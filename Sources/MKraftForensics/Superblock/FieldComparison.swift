internal import MKraftFormat

/// A field as it stands in the places where there is a superblock: each value, and which of them hold it.
public struct FieldComparison: Sendable {
  public struct Variant: Sendable {
    public let value: FieldValue
    /// Indices of the places that hold it.
    public let holders: [Int]
  }

  public let field: SuperblockField
  /// The chosen superblock's value first, then in order of place; of the copy number in order of place.
  public let variants: [Variant]

  /// Whether all places that can be compared agree; the copy number is theirs to differ in.
  public var isAgreed: Bool { variants.count <= 1 || field.differsByDesign }
}

extension SuperblockInspection {
  /// Every field of the superblock, compared over `places` by index; places without a superblock have no part in it.
  public func compare(_ indices: [Int]) -> [FieldComparison] {
    let showable = indices.filter { places[$0].isShowable }
    // What is in use is taken from copies that are right by themselves, if there are any: rot must not hide or invent entries.
    let trusted = showable.filter { places[$0].superblock != nil }
    let shown = (trusted.isEmpty ? showable : trusted).compactMap { places[$0].bytes }
    let members = shown.map { Superblock(unverified: $0.rawSpan).members.count }.max() ?? 0
    let suffix = shown.map { Superblock(unverified: $0.rawSpan).suffix.count }.max() ?? 0
    let order = showable.filter { places[$0].state == .current } + showable.filter { places[$0].state != .current }
    return SuperblockField.all(members: members, suffix: suffix).map {
      compare($0, $0.differsByDesign ? showable : order)
    }
  }

  private func compare(_ field: SuperblockField, _ order: [Int]) -> FieldComparison {
    var groups: [(image: [UInt8], holders: [Int])] = []
    for index in order {
      guard let bytes = places[index].bytes else { continue }
      let image = Array(bytes[field.range])
      if let same = groups.firstIndex(where: { $0.image == image }) {
        groups[same].holders.append(index)
      } else {
        groups.append((image, [index]))
      }
    }
    let variants = groups.compactMap { group -> FieldComparison.Variant? in
      guard let bytes = places[group.holders[0]].bytes else { return nil }
      return FieldComparison.Variant(value: field.value(in: bytes.rawSpan), holders: group.holders.sorted())
    }
    return FieldComparison(field: field, variants: variants)
  }
}
