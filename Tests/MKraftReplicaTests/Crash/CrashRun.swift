import MKraftFormat
import MKraftReplica
import MKraftStorage

/// The reopenings of one recording.
struct CrashRun {
  /// How much is looked at.
  struct Scope {
    /// Subsets of what is in flight at each event, at most.
    var subsets: Int
    /// Faults on top at each event.
    var faults: Int
    /// One of so many events is looked at.
    var eventInterval = 1
    /// At one of so many reopenings a replica is started.
    var startInterval = 16
    /// One of so many of those is driven on.
    var driveInterval = 16

    func depth(_ reopening: Int) -> Reopening.Depth {
      guard reopening % startInterval == 0 else { return .dry }
      return reopening / startInterval % driveInterval == 0 ? .drivenOn : .started
    }
  }

  struct Totals {
    var prefixes = 0
    var reopenings = 0
    var started = 0
    var drivenOn = 0
    /// Prefixes of which every subset was looked at.
    var exhausted = 0
    var outcomes: [CrashZone: [RestFault.Kind: (right: Int, named: Int)]] = [:]
    var withFault = 0
    var named = 0
    var violations: [CrashViolation] = []
  }

  /// Devices are kept at every so many events, so that any is soon reached.
  private static let stride = 128

  let recording: Recording
  private var kept: [CrashDevice] = [CrashDevice()]
  private(set) var totals = Totals()

  init(_ recording: Recording) { self.recording = recording }

  /// The device after so many events.
  mutating func device(at prefix: Int) throws -> CrashDevice {
    let index = prefix / CrashRun.stride
    while kept.count <= index {
      var next = kept[kept.count - 1].copy
      try next.advance(to: kept.count * CrashRun.stride, in: recording)
      kept.append(next)
    }
    var device = kept[index].copy
    try device.advance(to: prefix, in: recording)
    return device
  }

  // MARK: All

  mutating func run(_ scope: Scope) throws {
    var device = CrashDevice()
    let (first, interval) = (1 + Int(recording.seed) % scope.eventInterval, scope.eventInterval)
    for prefix in Swift.stride(from: first, through: recording.events.count, by: interval) {
      guard totals.violations.isEmpty else { return }
      try device.advance(to: prefix, in: recording)
      totals.prefixes += 1
      try run(device, scope)
    }
  }

  private mutating func run(_ device: CrashDevice, _ scope: Scope) throws {
    let count = AtomSubset.count(atoms: device.atomCount)
    let step = max(1, (count + scope.subsets - 1) / max(1, scope.subsets))
    if step == 1 && count < AtomSubset.sampleCount || count == 256 && step == 1 { totals.exhausted += 1 }
    // Where not all are looked at, other ones at each event.
    for subset in Swift.stride(from: device.position % step, to: count, by: step) {
      judge(CrashCase(run: recording.seed, prefix: device.position, subset: subset), device, scope)
    }
    for index in 0..<scope.faults {
      let number = device.position * scope.faults + index
      let id = CrashCase(
        run: recording.seed, prefix: device.position, subset: number % count, fault: 1 + number % 0xFFFF)
      judge(id, device, scope)
    }
  }

  private mutating func judge(_ id: CrashCase, _ device: CrashDevice, _ scope: Scope) {
    totals.reopenings += 1
    let depth = scope.depth(totals.reopenings)
    if depth > .dry { totals.started += 1 }
    if depth == .drivenOn { totals.drivenOn += 1 }
    let atoms = AtomSubset.atoms(id.subset, of: device, id)
    let (outcome, fault) = judge(id, device, atoms, depth)
    if case .violation(let what) = outcome {
      totals.violations.append(CrashViolation(id: id, what: what, depth: depth))
    }
    guard let fault else { return }
    totals.withFault += 1
    var counts = totals.outcomes[fault.zone, default: [:]][fault.kind, default: (0, 0)]
    if outcome == .named {
      counts.named += 1
      totals.named += 1
    } else {
      counts.right += 1
    }
    totals.outcomes[fault.zone, default: [:]][fault.kind] = counts
  }

  // MARK: One

  /// Judges one case, with these atoms kept.
  func judge(
    _ id: CrashCase, _ device: CrashDevice, _ atoms: [Bool], _ depth: Reopening.Depth
  ) -> (Reopening.Outcome, RestFault?) {
    let file = device.cut(keeping: atoms)
    let facts = recording.facts[device.position]
    guard id.fault > 0 else {
      return (Reopening(recording: recording, facts: facts, depth: depth, fault: nil).judge(file), nil)
    }
    do throws(OpeningRefusal) {
      let opening = try Opening.read(file)
      let map = CrashMap(opening, CheckpointAudit.run(file, opening.superblock, opening.checkpoint), file)
      let fault = RestFault.apply(id, to: file, map, device)
      return (Reopening(recording: recording, facts: facts, depth: depth, fault: fault).judge(file), fault)
    } catch { return (.violation("refused without a fault: \(error.words)"), nil) }
  }

  /// Judges a case as its number says, as deep as can be.
  mutating func judge(_ id: CrashCase) throws -> Reopening.Outcome {
    let device = try device(at: id.prefix)
    return judge(id, device, AtomSubset.atoms(id.subset, of: device, id), .drivenOn).0
  }
}

struct CrashViolation {
  let id: CrashCase
  let what: String
  let depth: Reopening.Depth
}
