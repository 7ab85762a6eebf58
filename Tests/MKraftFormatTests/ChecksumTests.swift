internal import CXXH3
import MKraftFormat
import Testing

@Suite struct ChecksumTests {
  /// Byte i of the buffer that the vectors are prefixes of.
  private static let buffer: [UInt8] = (0..<1 << 20).map { UInt8(truncatingIfNeeded: ($0 * 167 + 13) ^ ($0 >> 8)) }

  /// Length, XXH3-128 with seed 0 (as `xxhsum -H2` 0.8.1 prints it), with the seed of prepare headers (as xxhash 0.8.4
  /// computes it). The lengths lie on both sides of every boundary at which the algorithm changes its path.
  private static let vectors: [(length: Int, unseeded: UInt128, asPrepare: UInt128)] = [
    (0, 0x99AA06D3_014798D8_6001C324_468D497F, 0x012AC874_22858CCF_9F1EB269_98387FB0),
    (1, 0x79D2C79E_874F72CD_8A21D78B_1538B1C0, 0x08A20AAD_CFEF5A2D_679EA4A0_0EA51650),
    (3, 0x27056158_676515D7_5F1FA6D2_A3AA5A3B, 0xD0717F34_A79D9E01_A9C04680_AB060FD2),
    (4, 0x18BEC2DF_875B7D35_CB8C01D8_7EE4BB85, 0xA3F7B6CA_3AB8634E_72F64F73_34DB7523),
    (8, 0x5EE08611_ACAF8270_9987B0F6_A787FCFF, 0xA9190BAA_A0FD85BE_2E1F3E95_03295398),
    (9, 0xD7B1B30E_3925AEA8_D5D74FB5_0DABF9A3, 0x0EAA3D7E_D920C3E6_5D07BBC5_52D2880B),
    (16, 0xAEFC4C7B_6B2355E8_FF22986F_B4ABA31B, 0xC8B19B28_AED1B166_F485ABE2_F5F6FC39),
    (17, 0xF600C8A9_8B27CDA2_0DFDB8ED_0DE7262A, 0x19A03C37_1980765D_2450F3F6_9C100FC5),
    (32, 0x29F5D000_B9C3A663_587150F0_FA952681, 0xDBFC8367_F72CC844_8550C839_42149D6C),
    (33, 0x76D2A937_2BD473AC_90C6E66D_B31D5277, 0x920E32CF_4BFAD3D6_A1EDBBE1_2289229C),
    (64, 0x8DCC0937_DB38819C_7720BC9B_713F9574, 0x971C1369_415DFA8A_B634EFB6_639B04B3),
    (65, 0x1D2E8D50_CCD79C4C_5591647F_08EAFA8E, 0x5CFAEB95_FB39BC52_82C6ED53_B5BD00F2),
    (96, 0xD29F6391_C4AB87AD_63E41FE3_5C2097B1, 0x7C685487_F2AF6C46_931B9285_BF1DE900),
    (97, 0xD2B8A6F9_A9B2D48D_486E1E70_40444162, 0x53D8C1DE_06B8CE14_F1ED61D7_D6B803D7),
    (128, 0x9B0E839B_5061F424_572DD69B_D15CDB73, 0x60910788_BEE966C4_407213BF_4D34EBC2),
    (129, 0x485B2B82_3D90AFA9_5A753049_F4B49D33, 0x7457DD0A_6C2B3226_09200A02_1632CD81),
    (240, 0x5D572FC2_55E19C13_DFD31086_6E8AD632, 0x13A00020_53919197_9C3F9FE5_5C8F5680),
    (241, 0x7FB50EBC_E4E01178_02F838DD_48200EE8, 0xBF93C57B_CB75A8DC_67047D47_87350F1D),
    (256, 0x1A9EA0BF_440F5EB2_C67D143E_C3572269, 0x26764377_573F5C46_F15ADED6_DD4D4B4A),
    (257, 0xB854B8A3_4B8E001B_E7914BF7_52E4984F, 0xAED8E2DD_67FFD1A6_FD7BD796_CE357FB1),
    (512, 0x80537BCA_48E2FE13_44CA5602_680E7DF3, 0xFBE15643_5E5F5289_09C170F3_2FA3346E),
    (1024, 0x8E9558C9_191B4041_BAC810AE_0F683FB2, 0x37544B66_27F0749F_1D6C10F4_43E28B60),
    (1025, 0x950D2CC1_D2BE2850_8A5524B1_6B7B0065, 0x60803CB5_40658823_DBC203F8_43A673A5),
    (4096, 0xB3C55F81_0B814CB8_230AA355_D42347D7, 0x5DC56FD2_E26A7FDA_1A63E437_3732D78E),
    (16384, 0x1D6C20BF_EB9FDBBB_0ED0A091_E7062EB7, 0x2DB01030_EEDC9369_B14F9C55_F130F9D3),
    (1 << 20, 0x7256A06D_71C286D6_23D41D52_97581178, 0xA5576228_258771BE_7088B72D_EC5FFAC2),
  ]

  @Test func agreesWithPublishedImplementation() {
    for (length, unseeded, asPrepare) in Self.vectors {
      let bytes = Array(Self.buffer[..<length])
      #expect(checksum(bytes, seed: 0) == unseeded, "\(length) bytes, seed 0")
      #expect(checksum(bytes, seed: 0x6D6B_7261_6674_0002) == asPrepare, "\(length) bytes, seed of prepare")
      #expect(checksum(bytes, 0..<length, as: .prepare) == asPrepare, "\(length) bytes as prepare")
    }
  }

  @Test func nothingHasTheChecksumOfAnEmptySpan() {
    for kind in StructureKind.allCases { #expect(Checksum.ofNothing(as: kind) == checksum([], seed: kind.seed)) }
    #expect(Checksum.ofNothing(as: .prepare).hex == "012ac87422858ccf9f1eb26998387fb0")
  }

  /// On a processor with AVX2 this compares two variants; elsewhere the chosen one is the baseline.
  @Test func chosenVariantAgreesWithBaseline() {
    var random = SplitMix64(seed: 1)
    let lengths = Array(0...1100) + (0..<200).map { _ in random.below(1 << 17) } + [1 << 20]
    for length in lengths {
      let start = random.below(min(64, Self.buffer.count - length + 1))  // not aligned
      let seed = random.next()
      let bytes = Self.buffer[start..<start + length]
      let chosen = unsafe bytes.withUnsafeBytes { unsafe cxxh3_checksum($0.baseAddress, length, seed) }
      let baseline = unsafe bytes.withUnsafeBytes { unsafe cxxh3_baseline($0.baseAddress, length, seed) }
      #expect(chosen.low == baseline.low && chosen.high == baseline.high, "\(length) bytes from \(start), seed \(seed)")
    }
  }

  @Test func everyKindHasItsOwnSeed() {
    #expect(Set(StructureKind.allCases.map(\.seed)).count == StructureKind.allCases.count)
    #expect(Set(StructureKind.allCases.map(\.name)).count == StructureKind.allCases.count)
    for length in [0, 1, 16, 240, 256, 4096] {
      let sums = StructureKind.allCases.map { checksum(Self.buffer, 0..<length, as: $0) }
      #expect(Set(sums).count == StructureKind.allCases.count, "\(length) bytes")
    }
    // "mkraft" in the upper six bytes, most significant first.
    let text = StructureKind.superblock.seed.bigEndian
    #expect((0..<6).map { UInt8(truncatingIfNeeded: text >> (8 * $0)) } == Array("mkraft".utf8))
  }

  /// Zeros never pass for a structure (rule R6): no kind's checksum of zeros is zero.
  @Test func zerosAreNeverValid() {
    for kind in StructureKind.allCases {
      for length in [0, 1, 232, 240, 480, 16360] {
        #expect(checksum([UInt8](repeating: 0, count: length), seed: kind.seed) != 0, "\(kind.name), \(length) bytes")
      }
    }
  }
}
