import MKraftFormat
import Testing

/// No bytes make decoding trap: most cases here assert only that it comes back.
@Suite struct HostileBytesTests {
  @Test(arguments: Structure.allCases)
  func zerosAndOnes(structure: Structure) {
    var image = [UInt8](repeating: 0, count: structure.byteCount)
    #expect(structure.defectName(image) == (structure == .message ? "kind-mismatch" : "all-zero"))
    image = [UInt8](repeating: 0xFF, count: structure.byteCount)
    #expect(structure.defectName(image) != nil)
    structure.reseal(&image)
    #expect(structure.defectName(image) != nil)
  }

  private static let hostileBytes: [UInt8] = [0x00, 0xFF, 0x7F, 0x80, 0x01]

  /// Every field in turn full of ones, of zeros and of limits, with every checksum made right.
  @Test(arguments: Structure.allCases)
  func hostileFields(structure: Structure) {
    for seed in 0..<3 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let image = structure.sample(&random)
      for row in structure.rows {
        for byte in Self.hostileBytes {
          var changed = image
          for offset in row.range { changed[offset] = byte }
          structure.reseal(&changed, deep: random.below(2) == 0)
          exercise(structure, changed)
        }
      }
    }
  }

  @Test func randomCases() {
    var random = SplitMix64(seed: 31)
    var sound = 0
    var unsound = 0
    for _ in 0..<200_000 {
      let image: [UInt8]
      // A superblock is 64 times the size of a header, so it comes up less often.
      let structure: Structure =
        random.below(64) == 0 ? .superblock : Structure.allCases[random.below(Structure.allCases.count - 1)]
      image = hostile(structure, &random)
      if exercise(structure, image) { sound += 1 } else { unsound += 1 }
    }
    // Both outcomes must be common, or the cases would not reach what stands behind the checksum.
    #expect(sound > 10_000 && unsound > 100_000, "\(sound) sound, \(unsound) unsound")
  }

  private static let templates: [[UInt8]] = {
    var random = SplitMix64(seed: 32)
    return Structure.allCases.map { $0.sample(&random) }
  }()

  private static let rows: [[FieldRow]] = Structure.allCases.map(\.rows)

  private func hostile(_ structure: Structure, _ random: inout SplitMix64) -> [UInt8] {
    let index = Structure.allCases.firstIndex(of: structure) ?? 0
    var image = Self.templates[index]
    switch random.below(4) {
    case 0:  // noise, with the right first bytes and checksums half of the time
      let keepsStart = random.below(2) == 0
      let start = structure == .superblock && keepsStart ? 24..<64 : 0..<0
      for offset in stride(from: 0, to: image.count, by: 8) {
        let word = random.next()
        for byte in 0..<8 where !start.contains(offset + byte) {
          image[offset + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte))
        }
      }
      if keepsStart {
        switch structure {
        case .prepare, .reserved, .unknown: image[208] = 2 + UInt8(random.below(3))
        case .reply, .replyReserved: image[152] = 6 + UInt8(random.below(2))
        case .block: image[88] = 9
        case .message: (image[180], image[181], image[182], image[183]) = (1, 0, 10, 1 + UInt8(random.below(5)))
        case .superblock: break
        }
        structure.reseal(&image, deep: random.below(2) == 0)
      }
    case 1:  // a few damaged bits
      for _ in 0..<1 + random.below(4) { image.flip(bit: random.below(image.count * 8)) }
    default:  // some fields with any value, checksums right
      for _ in 0..<1 + random.below(3) {
        let row = Self.rows[index][random.below(Self.rows[index].count)]
        let byte = Self.hostileBytes[random.below(Self.hostileBytes.count)]
        let isRandom = random.below(2) == 0
        for offset in row.range { image[offset] = isRandom ? random.byte() : byte }
      }
      structure.reseal(&image, deep: random.below(4) > 0)
    }
    return image
  }

  /// Decodes, and does with the result what readers do; whether it was sound.
  @discardableResult
  private func exercise(_ structure: Structure, _ image: [UInt8]) -> Bool {
    switch structure {
    case .prepare, .reserved, .unknown:
      _ = unsafe PrepareHeader(unverified: image.span.bytes).bodyByteCount
      guard let header = try? decodePrepare(image) else { return false }
      _ = matches(header, image)
      return bytes(of: header) == image
    case .reply, .replyReserved:
      guard let header = try? decodeReply(image) else { return false }
      return bytes(of: header) == image
    case .block:
      return (try? decodeBlock(image)) != nil
    case .message:
      guard let header = try? decodeMessage(image) else { return false }
      _ = matches(header, image)
      return bytes(of: header) == image
    case .superblock:
      let unverified = unsafe Superblock(unverified: image.span.bytes)
      _ = unverified.brokenInvariants
      _ = bytes(of: unverified)
      guard let superblock = try? decodeSuperblock(image) else { return false }
      // What passed has zones that can be computed with.
      _ = superblock.geometry.byteCount(of: .grid) + superblock.geometry.offset(of: .grid)
      _ = superblock.geometry.lastClientOp(after: superblock.checkpoint.op)
      return bytes(of: superblock) == image
    }
  }

  /// Too few bytes are a programmer's error, never read out of bounds.
  @Test func tooFewBytesStopTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = try? decodePrepare([UInt8](repeating: 0, count: 255)) }
    await #expect(processExitsWith: .failure) { _ = try? decodeSuperblock([UInt8](repeating: 0, count: 16383)) }
    await #expect(processExitsWith: .failure) { _ = checksum([1, 2, 3], 0..<4, as: .prepare) }
    await #expect(processExitsWith: .failure) {
      let three: [UInt8] = [0, 0, 0]
      _ = unsafe three.span.bytes.load(fromByteOffset: 0, as: UInt32.self)
    }
    await #expect(processExitsWith: .failure) {
      let three: [UInt8] = [0, 0, 0]
      _ = unsafe three.span.bytes.isZero(0..<4)
    }
  }
}
