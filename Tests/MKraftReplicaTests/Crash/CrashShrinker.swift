import MKraftFormat
import MKraftStorage

/// Makes a case that fails small: no fault if it fails without, as few atoms as do, as early as it does.
struct CrashShrinker {
  private var run: CrashRun
  private let depth: Reopening.Depth
  /// Reopenings that may yet be spent.
  private var budget = 600
  private var id: CrashCase
  private var device: CrashDevice
  private var atoms: [Bool]
  private var what: String

  private init(_ violation: CrashViolation, _ run: CrashRun) throws {
    self.run = run
    depth = violation.depth
    id = violation.id
    what = violation.what
    device = try self.run.device(at: id.prefix)
    atoms = AtomSubset.atoms(id.subset, of: device, id)
  }

  /// The smallest case found, in words.
  static func shrink(_ violation: CrashViolation, _ run: CrashRun) throws -> String {
    var shrinker = try CrashShrinker(violation, run)
    try shrinker.shrink()
    return try shrinker.words(of: violation)
  }

  private mutating func shrink() throws {
    var without = id
    without.fault = 0
    if id.fault > 0 { _ = take(without, device, atoms) }
    dropWrites()
    try comeEarlier()
    dropAtoms()
  }

  /// Takes a smaller case if that fails too.
  private mutating func take(_ id: CrashCase, _ device: CrashDevice, _ atoms: [Bool]) -> Bool {
    guard budget > 0 else { return false }
    budget -= 1
    guard case .violation(let what) = run.judge(id, device, atoms, depth).0 else { return false }
    (self.id, self.device, self.atoms, self.what) = (id, device, atoms, what)
    return true
  }

  /// Whole writes first.
  private mutating func dropWrites() {
    var start = 0
    for write in device.inFlight {
      var fewer = atoms
      for atom in start..<start + write.atomCount { fewer[atom] = false }
      start += write.atomCount
      if fewer != atoms { _ = take(id, device, fewer) }
    }
  }

  private mutating func dropAtoms() {
    for atom in atoms.indices where atoms[atom] {
      var fewer = atoms
      fewer[atom] = false
      _ = take(id, device, fewer)
    }
  }

  /// Shorter prefixes, by ever smaller steps; of what is in flight there, whole writes that were kept before.
  private mutating func comeEarlier() throws {
    var step = id.prefix / 2
    while step > 0 {
      while id.prefix > step, try takeEarlier(id.prefix - step) {}
      step /= 2
    }
  }

  private mutating func takeEarlier(_ prefix: Int) throws -> Bool {
    var earlier = id
    earlier.prefix = prefix
    let device = try run.device(at: prefix)
    let kept = keptOffsets
    let parts = device.inFlight.map { Array(repeating: kept.contains($0.offset), count: $0.atomCount) }
    let atoms = parts.flatMap { $0 } + device.resizesInFlight.map { _ in true }
    return take(earlier, device, atoms)
  }

  private var keptOffsets: Set<UInt64> {
    var start = 0
    var offsets: Set<UInt64> = []
    for write in device.inFlight {
      if atoms[start..<start + write.atomCount].contains(true) { offsets.insert(write.offset) }
      start += write.atomCount
    }
    return offsets
  }

  // MARK: In words

  private func words(of violation: CrashViolation) throws -> String {
    let recording = run.recording
    let facts = recording.facts[id.prefix]
    let fault = run.judge(id, device, atoms, depth).1
    let lines =
      ["\(violation.id): \(violation.what)", "shrunk to \(id.prefix) events: \(what)"]
      + ["  life \(facts.life), acknowledged \(facts.acknowledged), prepared \(facts.prepared), \(facts.established)"]
      + recording.events[max(0, id.prefix - 8)..<id.prefix].map { "  event: \(word(of: $0))" }
      + flightWords + (fault.map { ["  fault: \($0)"] } ?? [])
    return lines.joined(separator: "\n")
  }

  private var flightWords: [String] {
    var start = 0
    return device.inFlight.map { write in
      let kept = atoms[start..<start + write.atomCount].map { $0 ? "1" : "0" }.joined()
      start += write.atomCount
      return "  in flight: \(place(write.offset)), \(write.count) bytes, atoms kept \(kept)"
    }
  }

  private func word(of event: DeviceEvent) -> String {
    switch event {
    case .begin(let life): "life \(life) begins"
    case .submit(let token, let offset, let bytes): "\(token) writes \(bytes.byteCount) bytes, \(place(offset))"
    case .submitResize(let token, let byteCount): "\(token) makes the file \(byteCount) bytes long"
    case .complete(let token): "\(token) is complete"
    }
  }

  private func place(_ offset: UInt64) -> String {
    let geometry = run.recording.profile.geometry
    let zone = geometry.zone(at: offset)
    let inside = offset - geometry.offset(of: zone)
    return switch zone {
    case .walPrepares: "slot \(inside / UInt64(geometry.messageSize)) of \(zone.name)"
    case .walHeaders: "slots from \(inside / UInt64(PrepareHeader.byteCount)) of \(zone.name)"
    case .replies: "slot \(inside / UInt64(geometry.messageSize)) of \(zone.name)"
    case .grid: "block \(inside / UInt64(geometry.blockSize) + 1)"
    case .superblock0, .superblock1, .superblock2, .superblock3: zone.name
    }
  }
}
