/// What is kept of slots between the two readings of a log: nine bytes of each, of all slots or of a few neighbours in the ring.
struct LogNotes: Sendable {
  struct Note: Sendable {
    /// The low words of the checksums in both rings, to notice that a slot has changed.
    let fingerprint: UInt64
    let body: LogRow.Body
  }

  /// The first slot that something is kept of.
  private let first: Int
  private let slotCount: Int
  private var fingerprints: [UInt64]
  /// Apart from the fingerprints, beside which each would take eight bytes.
  private var bodies: [LogRow.Body]

  /// Keeps notes of `count` slots from `first` on, round the ring.
  init(from first: Int, count: Int, slotCount: Int) {
    precondition((0..<slotCount).contains(first) && (0...slotCount).contains(count), "slots of the ring")
    self.first = first
    self.slotCount = slotCount
    fingerprints = [UInt64](repeating: 0, count: count)
    bodies = [LogRow.Body](repeating: .none, count: count)
  }

  /// Whether something is kept of every slot.
  var isWhole: Bool { bodies.count == slotCount }

  func holds(_ slot: Int) -> Bool { index(of: slot) < bodies.count }

  /// The note of a slot that notes are kept of; setting that of another does nothing.
  subscript(slot: Int) -> Note {
    get {
      let index = index(of: slot)
      return Note(fingerprint: fingerprints[index], body: bodies[index])
    }
    set {
      let index = index(of: slot)
      guard index < bodies.count else { return }
      fingerprints[index] = newValue.fingerprint
      bodies[index] = newValue.body
    }
  }

  private func index(of slot: Int) -> Int { slot >= first ? slot - first : slot + slotCount - first }
}
