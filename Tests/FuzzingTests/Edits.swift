import MKraftFormat
import MKraftStorage

/// Lists of edits of a whole file, as `WholeFile` takes them, most of them where the file holds anything.
struct Edits {
  private static let atom = 512

  /// Where atoms that are not zero begin.
  private let places: [UInt64]
  private let byteCount: UInt64
  private var random: SplitMix64

  init(of golden: MemoryStorage, random: SplitMix64) {
    byteCount = golden.byteCount
    self.random = random
    let buffer = IOBuffer(byteCount: Edits.atom, alignment: 16)
    places = stride(from: 0, to: byteCount, by: Edits.atom).filter { offset in
      (try? golden.read(Edits.atom, at: offset, into: buffer)) == Edits.atom && !buffer.bytes.isZero(0..<Edits.atom)
    }
  }

  mutating func next() -> [UInt8] {
    var input: [UInt8] = [.random(in: 0...255, using: &random)]
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let inAtom = UInt64.random(in: 0..<UInt64(Edits.atom), using: &random)
      let place = Int.random(in: 0..<8, using: &random) == 0 ? nil : places.randomElement(using: &random)
      let offset = place.map { $0 + inAtom } ?? .random(in: 0..<byteCount, using: &random)
      for index in 0..<4 { input.append(UInt8(truncatingIfNeeded: offset >> UInt64(8 * index))) }
      // One byte set, sixteens of them zeroed, or a range copied from elsewhere: as the byte that follows says.
      for _ in 4..<WholeFile.editSize { input.append(.random(in: 0...255, using: &random)) }
    }
    return input
  }
}
