import MKraftFormat
import Testing

/// Damage of a single bit, and what is left of a structure whose end never arrived.
@Suite struct BitDamageTests {
  @Test(arguments: Structure.allCases)
  func everyFlippedBitIsNamed(structure: Structure) {
    var random = SplitMix64(seed: 11)
    var image =
      structure == .block
      ? BlockHeader.random(&random, size: 512, place: 512).bytes : structure.sample(&random)
    #expect(structure.defectName(image) == nil)
    var wrong: [String] = []
    for bit in 0..<image.count * 8 {
      let expected = structure.expectedName(flippedBit: bit, of: image)
      image.flip(bit: bit)
      let found = structure.defectName(image)
      if found != expected { wrong.append("bit \(bit): \(found ?? "none"), not \(expected ?? "none")") }
      image.flip(bit: bit)
    }
    #expect(wrong == [])
  }

  /// The copy number is the one field that no checksum covers: its lower two bits make another copy, and decoding says so.
  @Test func copyNumberIsReportedAsItStands() throws {
    var image = bytes(of: Superblock.formatted())
    for copy in 0..<4 as Range<UInt64> {
      image.put(copy, Superblock.Layout.copy)
      #expect(try decodeSuperblock(image).copy == Int(copy))
    }
    for copy in [4, 255, 256, 257, 1 << 32, UInt64.max] {
      image.put(copy, Superblock.Layout.copy)
      #expect(defect(image, decodeSuperblock) == .copyNumberInvalid(copy))
    }
  }

  /// A block's checksum ends with its contents: what follows in its place does not count.
  @Test func bytesBehindABlocksContentsDoNotCount() throws {
    var random = SplitMix64(seed: 12)
    let (header, image) = BlockHeader.random(&random, size: 300, place: 512)
    for bit in 300 * 8..<512 * 8 {
      var changed = image
      changed.flip(bit: bit)
      #expect(differences(try decodeBlock(changed), header) == [])
    }
  }

  /// A damaged size is damage, also when it leads out of the block.
  @Test func damagedBlockSizeIsDamage() {
    var random = SplitMix64(seed: 13)
    let (_, image) = BlockHeader.random(&random, size: 300, place: 512)
    for size in [0, 255, 256, 299, 301, 512, 513, 1 << 31, UInt32.max] {
      var changed = image
      changed.put(size, BlockHeader.Layout.size)
      #expect(Structure.block.defectName(changed) == "checksum-mismatch", "size \(size)")
    }
  }

  @Test(arguments: Structure.allCases)
  func zerosFromAnyByteOnAreDamage(structure: Structure) {
    var random = SplitMix64(seed: 14)
    let image = structure.sample(&random)
    for length in stride(from: 0, to: image.count, by: structure == .superblock ? 64 : 1) {
      let torn = image[..<length] + [UInt8](repeating: 0, count: image.count - length)
      let isWhole = image[length...].allSatisfy { $0 == 0 }
      let name = structure.defectName(Array(torn))
      if structure == .message {
        #expect(isWhole == (name == nil), "\(length)")
      } else if length == 0 {
        #expect(name == "all-zero")
      } else if structure == .block, name == nil {
        #expect(torn.prefix(Int(size(ofBlock: image))).elementsEqual(image.prefix(Int(size(ofBlock: image)))))
      } else {
        #expect(isWhole == (name == nil), "\(length)")
      }
    }
  }

  private func size(ofBlock image: [UInt8]) -> UInt32 {
    image[80...83].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Two updates of a superblock, torn at every atom: the old one, the new one, or damage.
  @Test func tornSuperblocksAreDamage() throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let old = bytes(of: Superblock.random(&random))
      let new = bytes(of: Superblock.random(&random))
      for atoms in 1..<32 {
        let torn = Array(new[..<(atoms * 512)] + old[(atoms * 512)...])
        let isWhole = torn == new || torn == old
        #expect((Structure.superblock.defectName(torn) == nil) == isWhole, "seed \(seed), \(atoms) atoms")
      }
    }
  }

  /// Bytes of one kind never pass for another.
  @Test func kindsDoNotPassForEachOther() {
    var random = SplitMix64(seed: 15)
    let families: [[Structure]] = [[.prepare, .reserved, .unknown], [.reply, .replyReserved], [.block], [.message]]
    for (index, family) in families.enumerated() {
      for structure in family {
        let image = structure.sample(&random)
        for (otherIndex, others) in families.enumerated() where otherIndex != index {
          for other in others { #expect(other.defectName(image) != nil, "\(structure) as \(other)") }
        }
      }
    }
    // Within a family the kind byte selects the seed.
    for (structure, kinds) in [(Structure.prepare, [3, 4] as [UInt8]), (.reserved, [2, 4]), (.reply, [7])] {
      var image = structure.sample(&random)
      for kind in kinds {
        image[structure == .reply ? 152 : 208] = kind
        #expect(structure.defectName(image) == "checksum-mismatch")
      }
    }
  }
}
