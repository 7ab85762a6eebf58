internal import MKraftFormat

/// A field of the superblock, also one inside a structure inside it: where it lies, how its value is to be read, and why it
/// is there. The fields come from the layout tables of the format; a field without a purpose here is a programmer's error.
public struct SuperblockField: Sendable, Equatable {
  public enum Section: String, Sendable, CaseIterable {
    case prefix
    case identity
    case geometry
    case state
    case checkpoint
    case suffix
  }

  public let name: String
  public let section: Section
  /// Bytes from the start of the superblock.
  public let offset: Int
  /// Bytes.
  public let size: Int
  /// What it is.
  public let meaning: String
  /// The fault it defends against.
  public let defense: String
  /// How to read the value.
  public let format: FieldFormat

  public var range: Range<Int> { offset..<offset + size }
  /// Whether copies that agree differ in it: the copy number.
  public var differsByDesign: Bool { offset == Superblock.Layout.copy.offset }
}

extension SuperblockField {
  /// All fields, in order of offset; of the list of members and of the suffix headers so many entries as are in use, the
  /// rest of each as one run of zeros.
  public static func all(members: Int, suffix: Int) -> [SuperblockField] {
    var fields: [SuperblockField] = []
    for row in Superblock.Layout.rows {
      switch row.name {
      case "members": fields += memberFields(row, used: members)
      case "checkpoint": fields += checkpointFields(row)
      case "suffix": fields += suffixFields(row, used: suffix)
      default: fields.append(SuperblockField(row, section(of: row.offset)))
      }
    }
    return fields
  }

  private static func section(of offset: Int) -> Section {
    switch offset {
    case Superblock.Layout.frozenPrefix: .prefix
    case ..<Superblock.Layout.ioUnit.offset: .identity
    case ..<Superblock.Layout.term.offset: .geometry
    case ..<Superblock.Layout.members: .state
    case ..<Superblock.Layout.checkpoint: .identity
    case ..<Superblock.Layout.suffix: .checkpoint
    default: .suffix
    }
  }

  private init(_ row: FieldRow, _ section: Section, prefix: String = "", base: Int = 0) {
    let purpose = row.name == "reserved" ? FieldPurpose.reserved : FieldPurpose.of(prefix + row.name, row)
    name = row.name == "reserved" ? "\(prefix)reserved[\(row.offset)..<\(row.offset + row.size)]" : prefix + row.name
    self.section = section
    offset = base + row.offset
    size = row.size
    meaning = row.meaning
    defense = purpose.defense
    format = purpose.format
  }

  private static func memberFields(_ row: FieldRow, used: Int) -> [SuperblockField] {
    let used = min(max(used, 0), MemberList.limit)
    var fields = (0..<used).map { index in
      SuperblockField(
        FieldRow(
          name: "members[\(index)]", offset: row.offset + 16 * index, size: 16, meaning: "member id: voters first"),
        .identity)
    }
    if used < MemberList.limit {
      fields.append(unused("members", row.offset + 16 * used..<row.range.upperBound, used, MemberList.limit, .identity))
    }
    return fields
  }

  private static func checkpointFields(_ row: FieldRow) -> [SuperblockField] {
    CheckpointState.Layout.rows.flatMap { inner -> [SuperblockField] in
      let base = row.offset + inner.offset
      if inner.name == "checkpoint_header" {
        return headerFields(prefix: "checkpoint_header.", base: base, .checkpoint)
      }
      guard inner.meaning.hasPrefix("block reference") else {
        return [SuperblockField(inner, .checkpoint, base: row.offset)]
      }
      return BlockReference.Layout.rows.map {
        SuperblockField($0, .checkpoint, prefix: inner.name + ".", base: base)
      }
    }
  }

  private static func suffixFields(_ row: FieldRow, used: Int) -> [SuperblockField] {
    let used = min(max(used, 0), Superblock.suffixLimit)
    var fields = (0..<used).flatMap { index in
      headerFields(prefix: "suffix[\(index)].", base: row.offset + index * PrepareHeader.byteCount, .suffix)
    }
    if used < Superblock.suffixLimit {
      let rest = row.offset + used * PrepareHeader.byteCount..<row.range.upperBound
      fields.append(unused("suffix", rest, used, Superblock.suffixLimit, .suffix))
    }
    return fields
  }

  private static func headerFields(prefix: String, base: Int, _ section: Section) -> [SuperblockField] {
    PrepareHeader.Layout.rows.map { SuperblockField($0, section, prefix: prefix, base: base) }
  }

  private static func unused(
    _ name: String, _ range: Range<Int>, _ first: Int, _ limit: Int, _ section: Section
  ) -> SuperblockField {
    SuperblockField(
      FieldRow(
        name: "\(name)[\(first)..<\(limit)]", offset: range.lowerBound, size: range.count, meaning: "unused: zero"),
      section)
  }
}
