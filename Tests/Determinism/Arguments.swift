/// What the process is told.
struct Arguments {
  /// Decides what is asked for, and so the log.
  let logSeed: UInt64
  /// Decides nothing that may be seen.
  let cacheBlocks: Int
  /// In which order transfers complete; decides nothing that may be seen.
  let orderSeed: UInt64
  let checkpoints: Int

  init?(_ words: [String]) {
    let numbers = words.dropFirst().compactMap { UInt64($0) }
    guard words.count == 5, numbers.count == 4 else { return nil }
    logSeed = numbers[0]
    cacheBlocks = Int(numbers[1])
    orderSeed = numbers[2]
    checkpoints = Int(numbers[3])
  }
}
