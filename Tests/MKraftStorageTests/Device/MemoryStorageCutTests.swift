import MKraftStorage
import Testing

@Suite struct MemoryStorageCutTests {
  /// A device of old atoms, filled with 0x10, 0x11 and so on, and writes in flight of new ones, from 0x80.
  private func torn(_ atoms: Int, writes: [Range<Int>]) throws -> MemoryStorage {
    let device = MemoryStorage()
    device.replace(at: 0, with: IOBuffer((0..<atoms * 512).map { UInt8(0x10 + $0 / 512) }))
    for write in writes {
      let new = write.flatMap { [UInt8](repeating: UInt8(0x80 + $0), count: 512) }
      _ = try device.submit(new.count, at: UInt64(write.lowerBound * 512), from: IOBuffer(new))
    }
    return device
  }

  /// Which atoms are new; nil if one is neither old nor new as a whole.
  private func newAtoms(_ device: MemoryStorage) throws -> [Bool]? {
    let contents = try device.contents()
    var result: [Bool] = []
    for atom in 0..<contents.count / 512 {
      let bytes = Set(contents[atom * 512..<atom * 512 + 512])
      if bytes == [UInt8(0x80 + atom)] {
        result.append(true)
      } else if bytes == [UInt8(0x10 + atom)] {
        result.append(false)
      } else {
        return nil
      }
    }
    return result
  }

  @Test func leavesEveryAtomOldOrNew() throws {
    let device = try torn(10, writes: [4..<9, 1..<3])
    var seen: [[Bool]: Int] = [:]
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      let after = device.cut(using: &generator)
      let atoms = try #require(try newAtoms(after), "seed \(seed)")
      #expect(!atoms[0] && !atoms[3] && !atoms[9], "seed \(seed)")
      #expect(after.inFlight.isEmpty)
      seen[atoms, default: 0] += 1
    }
    // Two atoms and five: 4 * 32 outcomes, the rarest of which has a chance of (1/5 * 1/4) * (1/5 * 1/32), 1 in 3200.
    #expect(seen.count > 100)
    let none = [Bool](repeating: false, count: 10)
    let all = (0..<10).map { ![0, 3, 9].contains($0) }
    #expect((seen[none] ?? 0) > 20 && (seen[all] ?? 0) > 20)
    // The device itself is as it was.
    #expect(try newAtoms(device) == none)
    #expect(device.inFlight.count == 2)
  }

  @Test func seesAllFourOutcomesOfTwoAtoms() throws {
    for writes in [[0..<2], [0..<1, 1..<2]] {
      let device = try torn(2, writes: writes)
      var seen: Set<[Bool]> = []
      for seed in 0..<100 as Range<UInt64> {
        var generator = SplitMix64(seed: seed)
        seen.insert(try #require(try newAtoms(device.cut(using: &generator)), "seed \(seed)"))
      }
      #expect(seen == [[false, false], [false, true], [true, false], [true, true]])
    }
  }

  @Test func sameSeedSameCut() throws {
    let device = try torn(8, writes: [0..<8])
    for seed in 0..<50 as Range<UInt64> {
      var one = SplitMix64(seed: seed)
      var other = SplitMix64(seed: seed)
      #expect(try device.cut(using: &one).contents() == device.cut(using: &other).contents(), "seed \(seed)")
    }
  }

  @Test func keepsExactlyTheAtomsATestNames() throws {
    let device = try torn(5, writes: [3..<5, 0..<2])
    let tokens = device.inFlight.map(\.token)
    for subset in 0..<16 {
      let after = device.cut { token, atom in subset >> (token == tokens[0] ? atom : 2 + atom) & 1 == 1 }
      let bit = { (place: Int) in subset >> place & 1 == 1 }
      #expect(try newAtoms(after) == [bit(2), bit(3), false, bit(0), bit(1)])
    }
  }

  @Test func lengthensTheFileOnlyToTheLastAtomKept() throws {
    let device = MemoryStorage(byteCount: 1000)
    _ = try device.submit(1024, at: 1024, from: IOBuffer(pattern(1024)))
    #expect(device.cut { _, _ in false }.byteCount == 1000)
    #expect(device.cut { _, atom in atom == 0 }.byteCount == 1536)
    let last = device.cut { _, atom in atom == 1 }
    #expect(try last.contents() == [UInt8](repeating: 0, count: 1536) + pattern(512, 512))
  }

  @Test func losesPowerInTheMidstOfWaitingCode() throws {
    let device = try torn(4, writes: [])
    device.failPower(afterWrites: 2)
    func write(_ atom: Int) throws(StorageError) {
      let new = IOBuffer([UInt8](repeating: UInt8(0x80 + atom), count: 512))
      try device.write(512, at: UInt64(atom * 512), from: new)
    }
    try write(0)
    try write(1)
    for atom in [2, 3] {
      let error = #expect(throws: StorageError.self) { try write(atom) }
      #expect(error?.cause == .powerLost)
    }
    #expect(throws: StorageError.self) { try device.contents() }
    #expect(throws: StorageError.self) { try device.resize(to: 1) }
    #expect(device.inFlight.map(\.range) == [1024..<1536])
    #expect(try newAtoms(device.cut { _, _ in false }) == [true, true, false, false])
    let after = device.cut { _, _ in true }
    #expect(try newAtoms(after) == [true, true, true, false])
    try after.write(512, at: 0, from: IOBuffer(byteCount: 512))
  }
}
