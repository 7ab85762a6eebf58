import MKraftFormat
import MKraftStorage

/// A structure of a loaded file that can be made wrong in a field.
enum ForgedStructure: String, CaseIterable {
  case superblock, checkpoint, checkpointHeader, suffixHeader
  case entry, head
  case reply
  case leafHeader, innerHeader, valueHeader, sessionsHeader, acquiredHeader, releasedHeader
  case leafNode, innerNode, leafEntry, valueEntry, innerEntry, valueReference, childReference
  case sessionsNext, acquiredNext, session, acquiredWord, releasedWord
}

/// What a field is set to.
enum ForgedValue: String, CaseIterable {
  case zero, maximum
  case oneMore = "plus one"
  case oneLess = "minus one"
  /// The highest number that is valid where numbers are counted on.
  case highest = "2^63 - 1"
  case sibling = "the value of a sibling"
}

/// One field of one structure, set to one value. Checksums, and what refers to them, are made right again.
struct Forgery: CustomStringConvertible {
  let structure: ForgedStructure
  let field: FieldRow
  let value: ForgedValue

  var description: String { "\(structure.rawValue) \(field.name): \(value.rawValue)" }

  /// Every field of every structure, by the format's own tables, with every value. The checksums themselves are made right again, so
  /// they are no fields to forge.
  static let all: [Forgery] = ForgedStructure.allCases.flatMap { structure in
    structure.rows.filter { $0.name != "checksum" || !structure.isSealed }.flatMap { field in
      ForgedValue.allCases.map { Forgery(structure: structure, field: field, value: $0) }
    }
  }

  /// The field of `image` as it is to be; nil if that is what it is already.
  func changed(_ image: [UInt8], sibling: [UInt8]) -> [UInt8]? {
    let old = Array(image[field.range])
    let new: [UInt8] =
      switch value {
      case .zero: [UInt8](repeating: 0, count: old.count)
      case .maximum: [UInt8](repeating: 0xFF, count: old.count)
      case .highest where old.count == 8: [UInt8](repeating: 0xFF, count: 7) + [0x7F]
      case .highest: old
      case .oneMore: Forgery.add(1, to: old)
      case .oneLess: Forgery.add(0xFF, to: old, carriesOn: true)
      case .sibling: Array(sibling[field.range])
      }
    guard new != old else { return nil }
    var image = image
    image.replaceSubrange(field.range, with: new)
    return image
  }

  /// Little-endian addition; `carriesOn` for minus one, which is all bits set.
  private static func add(_ value: UInt8, to bytes: [UInt8], carriesOn: Bool = false) -> [UInt8] {
    var carry = 0
    return bytes.enumerated().map { index, byte in
      let sum = Int(byte) + (index == 0 || carriesOn ? Int(value) : 0) + carry
      carry = sum >> 8
      return UInt8(sum & 0xFF)
    }
  }
}

extension ForgedStructure {
  /// The table of its fields; without structures inside that are forged by themselves.
  var rows: [FieldRow] {
    switch self {
    case .superblock: Superblock.Layout.rows.filter { !["checkpoint", "suffix"].contains($0.name) }
    case .checkpoint: CheckpointState.Layout.rows.flatMap(ForgedStructure.parts)
    case .checkpointHeader, .suffixHeader, .entry, .head: PrepareHeader.Layout.rows
    case .reply: ReplyHeader.Layout.rows
    case .leafHeader, .innerHeader, .valueHeader, .sessionsHeader, .acquiredHeader, .releasedHeader:
      BlockHeader.Layout.rows
    case .leafNode, .innerNode:
      (TreeNode.Layout.rows + [ForgedStructure.row("end", TreeNode.Layout.ends, 4)]).map { row in
        FieldRow(name: row.name, offset: row.offset, size: row.size, meaning: row.meaning)
      }
    case .leafEntry, .valueEntry, .innerEntry:
      TreeNode.EntryLayout.rows + [ForgedStructure.row("key", TreeNode.EntryLayout.byteCount, 1)]
    case .valueReference, .childReference, .sessionsNext, .acquiredNext: BlockReference.Layout.rows
    case .session: SessionRecord.Layout.rows
    case .acquiredWord, .releasedWord: [ForgedStructure.row("word", 0, 8)]
    }
  }

  /// Whether its field `checksum` is its own, and not that of something it refers to.
  var isSealed: Bool {
    switch self {
    case .valueReference, .childReference, .sessionsNext, .acquiredNext: false
    default: true
    }
  }

  private static func row(_ name: String, _ offset: Int, _ size: Int) -> FieldRow {
    FieldRow(name: name, offset: offset, size: size, meaning: "")
  }

  private static func parts(_ row: FieldRow) -> [FieldRow] {
    switch row.name {
    case "checkpoint_id", "checkpoint_header": []
    case "tree_root", "acquired", "released", "sessions":
      BlockReference.Layout.rows.map {
        ForgedStructure.row("\(row.name)_\($0.name)", row.offset + $0.offset, $0.size)
      }
    default: [row]
    }
  }
}
