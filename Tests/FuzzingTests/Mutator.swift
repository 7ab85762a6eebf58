import MKraftStorage

/// Makes inputs out of right ones, the same from the same seed: a few changes of the sorts that decoders trip over.
struct Mutator {
  private static let changesMax = 6
  /// Numbers at the borders of what fits.
  private static let borders: [UInt64] = [
    0, 1, 2, 16, 127, 128, 255, 256, 257, 511, 512, 4095, 4096, 4097, 65535, 65536, 1 << 31 - 1, 1 << 31, 1 << 32 - 1,
    1 << 32,
    1 << 62, 1 << 63 - 1, 1 << 63, .max - 1, .max,
  ]

  private let seeds: [[UInt8]]
  private var random: SplitMix64

  init(_ seeds: [[UInt8]], random: SplitMix64) {
    precondition(!seeds.isEmpty, "there is an input to begin with")
    self.seeds = seeds
    self.random = random
  }

  mutating func next() -> [UInt8] {
    var input = seeds[Int.random(in: 0..<seeds.count, using: &random)]
    for _ in 0..<Int.random(in: 0...Mutator.changesMax, using: &random) { change(&input) }
    return input
  }

  private mutating func change(_ input: inout [UInt8]) {
    guard !input.isEmpty else { return input.append(.random(in: 0...255, using: &random)) }
    let at = Int.random(in: 0..<input.count, using: &random)
    let count = Int.random(in: 1...32, using: &random)
    let range = at..<min(at + count, input.count)
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: input[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: input[at] = .random(in: 0...255, using: &random)
    case 3, 4: put(Mutator.borders[Int.random(in: 0..<Mutator.borders.count, using: &random)], &input, at)
    case 5: for index in range { input[index] = 0 }
    case 6: input.removeSubrange(range)
    case 7: input.insert(contentsOf: input[range], at: Int.random(in: 0...input.count, using: &random))
    case 8:
      let other = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      let from = other.dropFirst(at).prefix(count)
      input.replaceSubrange(at..<min(at + from.count, input.count), with: from)
    default: input.removeLast(Int.random(in: 0...input.count - at, using: &random))
    }
  }

  /// In 2, 4 or 8 bytes, where fields of so many stand.
  private mutating func put(_ number: UInt64, _ input: inout [UInt8], _ at: Int) {
    let width = 2 << Int.random(in: 0..<3, using: &random)
    let start = at / width * width
    for index in start..<min(start + width, input.count) {
      input[index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (index - start)))
    }
  }
}
