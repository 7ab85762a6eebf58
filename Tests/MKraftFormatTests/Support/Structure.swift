import MKraftFormat

/// Every structure that can be decoded, so that tests can treat them alike.
enum Structure: String, CaseIterable {
  case prepare, reserved, unknown, reply, replyReserved, block, message, superblock

  /// Valid bytes of this structure.
  func sample(_ random: inout SplitMix64) -> [UInt8] {
    switch self {
    case .prepare: bytes(of: PrepareHeader.random(&random))
    case .reserved: bytes(of: PrepareHeader.placeholder(.reserved, slot: random.below(1 << 20), cluster: random.id()))
    case .unknown: bytes(of: PrepareHeader.placeholder(.unknown, slot: random.below(1 << 20), cluster: random.id()))
    case .reply: bytes(of: ReplyHeader.random(&random))
    case .replyReserved: bytes(of: ReplyHeader.reserved(slot: random.below(4096), cluster: random.id()))
    case .block: BlockHeader.random(&random, size: 256 + random.below(257), place: 512).bytes
    case .message: bytes(of: MessageHeader.random(&random))
    case .superblock: bytes(of: Superblock.random(&random))
    }
  }

  /// The name of the defect of `image`, or nil if it decodes.
  func defectName(_ image: [UInt8]) -> String? {
    switch self {
    case .prepare, .reserved, .unknown: defect(image, decodePrepare)?.name
    case .reply, .replyReserved: defect(image, decodeReply)?.name
    case .block: defect(image, decodeBlock)?.name
    case .message: defect(image, decodeMessage)?.name
    case .superblock: defect(image, decodeSuperblock)?.name
    }
  }

  var byteCount: Int {
    switch self {
    case .block: 512
    case .superblock: Superblock.byteCount
    default: 256
    }
  }

  /// The fields, those of structures inside included.
  var rows: [FieldRow] {
    switch self {
    case .prepare, .reserved, .unknown: PrepareHeader.Layout.rows
    case .reply, .replyReserved: ReplyHeader.Layout.rows
    case .block: BlockHeader.Layout.rows
    case .message: MessageHeader.Layout.rows
    case .superblock: Superblock.Layout.rows.flatMap(Structure.inside)
    }
  }

  private static func inside(_ row: FieldRow) -> [FieldRow] {
    func shifted(_ rows: [FieldRow], to base: Int) -> [FieldRow] {
      rows.map { FieldRow(name: $0.name, offset: base + $0.offset, size: $0.size, meaning: $0.meaning) }
    }
    switch row.name {
    case "checkpoint", "tree_root", "acquired", "released", "sessions", "checkpoint_header":
      guard row.size >= BlockReference.byteCount else { return [row] }  // the geometry's sessions is a number
      let rows =
        row.name == "checkpoint"
        ? CheckpointState.Layout.rows
        : row.name == "checkpoint_header" ? PrepareHeader.Layout.rows : BlockReference.Layout.rows
      return shifted(rows, to: row.offset).flatMap(inside)
    case "suffix":
      return (0..<Superblock.suffixLimit).flatMap {
        shifted(PrepareHeader.Layout.rows, to: row.offset + $0 * PrepareHeader.byteCount)
      }
    case "members":
      return (0..<MemberList.limit).map { FieldRow(name: "id", offset: row.offset + 16 * $0, size: 16, meaning: "") }
    default:
      return [row]
    }
  }

  /// Makes the checksums right whatever the bytes say; of a superblock also the ones inside, if `deep`.
  func reseal(_ image: inout [UInt8], deep: Bool = true) {
    switch self {
    case .prepare, .reserved, .unknown: sealHeader(&image, at: 0, kindAt: PrepareHeader.Layout.kind.offset)
    case .reply, .replyReserved: sealHeader(&image, at: 0, kindAt: ReplyHeader.Layout.kind.offset)
    case .message: image.put(checksum(image, 16..<256, as: .message), at: 0)
    case .block:
      let size = image[80...83].reversed().reduce(0) { $0 << 8 | Int($1) }
      let covered = (256...image.count).contains(size) ? size : image.count
      image.put(checksum(image, 16..<covered, as: .block), at: 0)
    case .superblock:
      if deep {
        sealHeader(&image, at: 1280, kindAt: PrepareHeader.Layout.kind.offset)
        image.put(checksum(image, 1024 + 32..<1024 + 512, as: .checkpoint), at: 1024)
      }
      image.put(checksum(image, 24..<16384, as: .superblock), at: 0)
    }
  }

  private func sealHeader(_ image: inout [UInt8], at base: Int, kindAt: Int) {
    let kind = StructureKind(rawValue: image[base + kindAt]) ?? .prepare
    image.put(checksum(image, base + 16..<base + 256, as: kind), at: base)
  }

  /// What single-bit damage is reported as.
  func expectedName(flippedBit bit: Int, of image: [UInt8]) -> String? {
    let offset = bit / 8
    switch self {
    case .prepare, .reserved, .unknown:
      return kindName(bit, of: image, at: 208, known: 2...4)
    case .reply, .replyReserved:
      return kindName(bit, of: image, at: 152, known: 6...7)
    case .block: return offset == 88 ? "kind-unknown" : "checksum-mismatch"
    case .message: return offset == 182 ? "kind-mismatch" : "checksum-mismatch"
    case .superblock:
      switch offset {
      case 16: return bit % 8 < 2 ? nil : "copy-number-invalid"
      case 17..<24: return "copy-number-invalid"
      case 24..<32: return "magic-mismatch"
      // Version 2 with a bit more is a higher version; with its only bit gone it is 0, which nobody ever wrote.
      case 32..<36: return bit == 32 * 8 + 1 ? "checksum-mismatch" : "version-unknown"
      case 36..<38: return "checksum-algorithm-unknown"
      default: return "checksum-mismatch"
      }
    }
  }

  /// A flip may turn the kind byte into another known kind, whose seed gives another checksum.
  private func kindName(_ bit: Int, of image: [UInt8], at offset: Int, known: ClosedRange<UInt8>) -> String {
    guard bit / 8 == offset else { return "checksum-mismatch" }
    return known.contains(image[offset] ^ 1 << UInt8(bit % 8)) ? "checksum-mismatch" : "kind-unknown"
  }
}
