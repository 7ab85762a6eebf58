internal import MKraftFormat

/// How the bytes of a field are to be read.
public enum FieldFormat: Sendable, Equatable {
  case number, byteCount, identifier, release, flag, time, operation, kind, blockType, mask
  /// ASCII, in the order of the bytes.
  case text
  /// Bytes that must be zero.
  case zero
  /// Contents of their own: a body, a key, a value, what nobody reads.
  case bytes
}

extension FieldFormat {
  /// The format of a row of a layout table: by its name where that tells more than its width.
  static func of(_ row: FieldRow) -> FieldFormat {
    switch row.name {
    case "reserved": .zero
    case "magic": .text
    case "size", "reply_size", "key_size", "value_size", "extent": .byteCount
    case "timestamp": .time
    case "release": .release
    case "kind": .kind
    case "operation": .operation
    case "type": .blockType
    default: row.size == 16 ? .identifier : [1, 2, 4, 8].contains(row.size) ? .number : .bytes
    }
  }
}

extension BlockHeader.BlockType {
  /// Short name in words.
  var name: String {
    switch self {
    case .treeLeaf: "tree-leaf"
    case .treeInner: "tree-inner"
    case .blockSet: "block-set"
    case .sessionTable: "session-table"
    case .treeValue: "tree-value"
    }
  }
}
