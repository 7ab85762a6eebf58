import MKraftFormat
import MKraftStorage

/// The device at some event of a recording.
struct CrashDevice {
  /// A write that is over: how long it was, and what stood there before.
  struct PastWrite {
    let bytes: IOBuffer
    let before: IOBuffer
    /// The event that it was over with.
    let position: Int

    var count: Int { bytes.byteCount }
  }

  private(set) var storage = MemoryStorage()
  /// Events that have happened.
  private(set) var position = 0
  /// The last write at each offset that is over.
  private(set) var past: [UInt64: PastWrite] = [:]
  private var writes: [UInt64: (token: WriteToken, offset: UInt64, bytes: IOBuffer)] = [:]
  private var resizes: [(token: UInt64, byteCount: UInt64)] = []

  /// The same, apart from this one.
  var copy: CrashDevice {
    var copy = self
    copy.storage = storage.snapshot()
    return copy
  }

  /// Writes in flight, in the order they were submitted.
  var inFlight: [InFlightWrite] { storage.inFlight }
  var resizesInFlight: [UInt64] { resizes.map(\.byteCount) }

  /// Atoms in flight: those of writes in the order of submission, then one for each change of length.
  var atomCount: Int { inFlight.reduce(0) { $0 + $1.atomCount } + resizes.count }

  mutating func advance(to end: Int, in recording: Recording) throws {
    while position < end {
      try happen(recording.events[position], recording)
      position += 1
    }
  }

  private mutating func happen(_ event: DeviceEvent, _ recording: Recording) throws {
    switch event {
    case .begin(let life):
      // Some of what was in flight may have reached the device, and was written over what stood there.
      for write in writes.values { try remember(write.bytes, at: write.offset) }
      storage = recording.lives[life].base.snapshot()
      writes = [:]
      resizes = []
    case .submit(let token, let offset, let bytes):
      writes[token] = (try storage.submit(bytes.byteCount, at: offset, from: bytes), offset, bytes)
    case .submitResize(let token, let byteCount):
      resizes.append((token, byteCount))
    case .complete(let token):
      if let index = resizes.firstIndex(where: { $0.token == token }) {
        return try storage.resize(to: resizes.remove(at: index).byteCount)
      }
      guard let write = writes.removeValue(forKey: token) else { throw TestFailure("nothing to complete") }
      try remember(write.bytes, at: write.offset)
      try storage.complete(write.token)
    }
  }

  /// Notes a write that is over, before it can be seen.
  private mutating func remember(_ bytes: IOBuffer, at offset: UInt64) throws {
    let before = IOBuffer(byteCount: bytes.byteCount, alignment: 16)
    _ = try storage.read(before.byteCount, at: offset, into: before)
    past[offset] = PastWrite(bytes: bytes, before: before, position: position)
  }

  /// The file as it is found when the power fails now, and of what is in flight only these atoms were kept.
  func cut(keeping atoms: [Bool]) -> MemoryStorage {
    let flight = inFlight
    var starts: [WriteToken: Int] = [:]
    var total = 0
    for write in flight {
      starts[write.token] = total
      total += write.atomCount
    }
    let file = storage.cut { token, atom in atoms[(starts[token] ?? 0) + atom] }
    for (index, resize) in resizes.enumerated() where atoms[total + index] {
      if resize.byteCount > file.byteCount { file.truncate(to: resize.byteCount) }
    }
    return file
  }
}

/// Which atoms in flight reach the device.
enum AtomSubset {
  /// At most so many atoms: every subset is looked at.
  static let exhaustiveLimit = 8
  /// Beyond that so many, drawn.
  static let sampleCount = 64

  static func count(atoms: Int) -> Int { atoms <= exhaustiveLimit ? 1 << atoms : sampleCount }

  /// Number `index` of the subsets of what is in flight.
  static func atoms(_ index: Int, of device: CrashDevice, _ id: CrashCase) -> [Bool] {
    let count = device.atomCount
    guard count > exhaustiveLimit else { return (0..<count).map { index >> $0 & 1 == 1 } }
    // The first two are what matters most: nothing, and everything.
    if index < 2 { return Array(repeating: index == 1, count: count) }
    var generator = SplitMix64(seed: id.subsetSeed)
    let parts = device.inFlight.map { part($0.atomCount, &generator) }
    return parts.flatMap { $0 } + device.resizesInFlight.map { _ in Bool.random(using: &generator) }
  }

  /// Of one write nothing, everything, a first or a last part, or any atoms.
  private static func part(_ count: Int, _ generator: inout SplitMix64) -> [Bool] {
    let edge = Int.random(in: 0...count, using: &generator)
    return switch Int.random(in: 0..<5, using: &generator) {
    case 0: Array(repeating: false, count: count)
    case 1: Array(repeating: true, count: count)
    case 2: (0..<count).map { $0 < edge }
    case 3: (0..<count).map { $0 >= edge }
    default: (0..<count).map { _ in Bool.random(using: &generator) }
    }
  }
}
