internal import Synchronization

extension MemoryStorage {
  /// Cuts the power, and returns the device as it is found afterwards; this one stays as it is, so that a test can cut many
  /// times. Of every write in flight some atoms are new and the others old, whatever the order of submission.
  ///
  /// Nothing, everything, a first or a last part, and any atoms at random are equally likely for each write.
  public func cut(using generator: inout some RandomNumberGenerator) -> MemoryStorage {
    var kept: [WriteToken: [Bool]] = [:]
    for write in inFlight { kept[write.token] = Self.keptAtoms(write.atomCount, using: &generator) }
    return cut { token, atom in kept[token]?[atom] ?? false }
  }

  /// Cuts the power, keeping exactly the atoms of writes in flight for which `isKept` is true.
  public func cut(keepingAtoms isKept: (_ token: WriteToken, _ atom: Int) -> Bool) -> MemoryStorage {
    var state = state.withLock { $0 }
    for write in state.inFlight where !write.isLost {
      for atom in 0..<write.atomCount where isKept(write.token, atom) {
        let start = atom * Self.atomSize
        let offset = write.offset + UInt64(start)
        state.put(offset..<offset + UInt64(Self.atomSize), write.bytes, from: start)
      }
    }
    state.inFlight = []
    state.losesNextWrite = false
    state.writesUntilPowerFails = nil
    state.hasPower = true
    return MemoryStorage(state, directAlignment: directAlignment)
  }

  /// Lets the power fail later: `count` more writes complete, the next one stays in flight and throws `powerLost`, and so does
  /// everything after it. What is found afterwards, `cut` tells. This is how a power cut in the midst of code that waits for
  /// each of its writes is simulated.
  public func failPower(afterWrites count: Int) {
    precondition(count >= 0, "the power fails after some number of writes")
    state.withLock { $0.writesUntilPowerFails = count }
  }

  private static func keptAtoms(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Bool] {
    let edge = Int.random(in: 0...count, using: &generator)
    return switch Int.random(in: 0..<5, using: &generator) {
    case 0: [Bool](repeating: false, count: count)
    case 1: [Bool](repeating: true, count: count)
    case 2: (0..<count).map { $0 < edge }
    case 3: (0..<count).map { $0 >= edge }
    default: (0..<count).map { _ in Bool.random(using: &generator) }
    }
  }
}
