import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import Testing

/// Images as sources of a repair: they give bytes that prove themselves, and nothing else.
@Suite struct RepairImageTests {
  /// A sound file, and the same one with an entry whose body is gone.
  private func files() throws -> (sound: SampleFile, damaged: SampleFile) {
    let sound = try SampleFile()
    let damaged = SampleFile(copying: sound)
    damaged.garbage(damaged.prepareRange(6))
    return (sound, damaged)
  }

  private func donor(_ storage: any Storage, _ file: SampleFile, path: String = "image") throws -> RepairDonor {
    try RepairDonor(RepairSource(.backup, path), storage, for: file.superblock)
  }

  /// An image that keys and values were left out of and that says that they were not.
  private func lyingImage(of file: SampleFile) throws -> ImageStorage {
    let image = try ImageOf(file.storage)
    let header = IOBuffer(byteCount: 4096)
    _ = try image.file.read(4096, at: 0, into: header)
    var bytes = header.mutableBytes
    bytes.store(UInt32(0), toByteOffset: 36)
    let checksum = Checksum.of(header.bytes.extracting(32..<4096), seed: 0x6D6B_7261_6674_0100)
    bytes.store(checksum, toByteOffset: 16)
    image.file.replace(at: 0, with: header)
    return try image.storage()
  }

  /// The bytes that the only change of a plan writes, in a copy made by it.
  private func written(_ planning: RepairPlanning) throws -> [UInt8] {
    let copy = MemoryStorage()
    _ = try RepairCopy.write(planning, to: copy)
    let action = try #require(planning.plan.actions.first)
    return try RepairRig.bytes(action.range, of: copy)
  }

  @Test func anImageWithoutKeysAndValuesIsRefused() throws {
    let (sound, damaged) = try files()
    let image = try ImageOf(sound.storage).storage()
    for role in RepairSource.Role.allCases {
      #expect(throws: RepairDonor.Refusal.redacted) {
        try RepairDonor(RepairSource(role, "image"), image, for: damaged.superblock)
      }
    }
  }

  @Test func anImageWithKeysAndValuesGivesThem() throws {
    let (sound, damaged) = try files()
    let image = try ImageOf(sound.storage, redacted: false).storage()
    let planning = try RepairRig.plan(damaged.storage, [try donor(image, damaged)])
    #expect(planning.plan.actions.map(\.method) == [.prepareFromSource] && planning.plan.after == .sound)
    let action = try #require(planning.plan.actions.first)
    let bytes = try RepairRig.bytes(action.range, of: sound.storage)
    #expect(try written(planning) == bytes)
  }

  /// The checks of an image give what they gave on the file. That is no proof of the bytes that stand in for those left out, and a
  /// good source behind it is not passed over.
  @Test func whatAnImageRecordedProvesNothing() throws {
    let (sound, damaged) = try files()
    let image = try lyingImage(of: sound)
    #expect(!image.isRedacted && Verification.run(image).verdict.exitCode == .sound)
    let alone = try RepairRig.plan(damaged.storage, [try donor(image, damaged)])
    #expect(alone.plan.actions == [] && alone.plan.after == .restorable, "\(alone.plan.actions)")
    #expect(alone.declined.first?.reason.contains("none of the sources") == true)
    let sources = [try donor(image, damaged), try donor(sound.storage, damaged, path: "backup")]
    let helped = try RepairRig.plan(damaged.storage, sources)
    #expect(helped.plan.actions.map(\.source) == [1] && helped.plan.after == .sound)
    let action = try #require(helped.plan.actions.first)
    let bytes = try RepairRig.bytes(action.range, of: sound.storage)
    #expect(try written(helped) == bytes)
  }

  /// Whichever piece of an image is damaged: it gives the right bytes or none.
  @Test func aDamagedPieceGivesNothing() throws {
    let (sound, damaged) = try files()
    let image = try ImageOf(sound.storage, redacted: false)
    let size = image.summary.imageByteCount
    var (given, missing) = (0, 0)
    for byte in stride(from: UInt64(4096), to: size, by: Int(size / 60)) {
      let broken = image.file.snapshot()
      broken.flipBit(at: 8 * byte + byte % 8)
      guard let storage = try? ImageStorage.open(broken), let source = try? donor(storage, damaged) else { continue }
      let planning = try RepairRig.plan(damaged.storage, [source])
      guard let action = planning.plan.actions.first else {
        missing += 1
        continue
      }
      given += 1
      let bytes = try RepairRig.bytes(action.range, of: sound.storage)
      #expect(try written(planning) == bytes, "byte \(byte) of the image")
    }
    #expect(given > 0 && missing > 0, "\(given) given, \(missing) missing")
  }

  @Test func aSourceThatChangedIsTold() throws {
    let (sound, damaged) = try files()
    let (one, other) = (sound.storage.snapshot(), sound.storage.snapshot())
    let sources = [try donor(one, damaged, path: "one"), try donor(other, damaged, path: "other")]
    let planning = try RepairRig.plan(damaged.storage, sources)
    #expect(planning.plan.actions.map(\.source) == [0])
    #expect(planning.changedSources(since: planning.plan) == [])
    one.flipBit(at: 8 * (damaged.geometry.prepareOffset(slot: 6) + 300))
    let again = try RepairRig.plan(damaged.storage, sources)
    #expect(again.plan.actions.map(\.source) == [1])
    #expect(again.changedSources(since: planning.plan).map(\.path) == ["one"])
  }
}
