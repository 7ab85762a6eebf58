import MKraftFormat
import MKraftStorage
import Testing

/// Updates of the superblock, with the power failing at every write and every kind of copy lost afterwards (rules R8, R9).
@Suite struct SuperblockUpdateTests {
  private let old = SampleCopy.oldState
  private let new = SampleCopy.newState

  private func open(_ storage: MemoryStorage) -> SuperblockDecision {
    SuperblockDecision(SuperblockSurvey.read(storage))
  }

  private func buffer(_ superblock: Superblock) -> IOBuffer {
    IOBuffer(byteCount: superblock.geometry.superblockBytesOnDisk)
  }

  /// The device after `whole` writes of the update, with the next one in flight.
  private func interrupted(_ update: Superblock, order: [Int] = [0, 1, 2, 3], on storage: MemoryStorage, whole: Int) {
    var update = SuperblockUpdate(update, order: order, buffer: buffer(update))
    for position in 0...whole {
      guard case .write(_, let offset) = update.next() else { return }
      guard let token = try? storage.submit(update.buffer.byteCount, at: offset, from: update.buffer) else { return }
      if position < whole { try? storage.complete(token) }
      update.completed(failed: false)
    }
  }

  @Test func powerCutAtEveryWrite() {
    for whole in 0..<4 {
      for seed in UInt64(0)..<24 {
        var random = SplitMix64(seed: seed)
        let storage = SampleFile.format(old)
        interrupted(new, on: storage, whole: whole)
        let cut = storage.cut(using: &random)
        let decision = open(cut)
        let context = Comment(rawValue: "seed \(seed), after \(whole) writes")
        // Two copies make the new state, and until then two are left of the old one.
        let newCopies = decision.states.count { $0 == .current || $0 == .unacknowledged }
        if whole == 0 { #expect(decision.chosen?.checksum == old.checksum, context) }
        if whole == 1 { #expect([old.checksum, new.checksum].contains(decision.chosen?.checksum), context) }
        if whole >= 2 { #expect(decision.chosen?.checksum == new.checksum && newCopies >= 2, context) }
        repairAndGoOn(cut, decision, seed: seed, context)
      }
    }
  }

  /// Repairs with a power cut on the way, repairs again, and updates: the state never changes but by the update.
  private func repairAndGoOn(_ storage: MemoryStorage, _ decision: SuperblockDecision, seed: UInt64, _ context: Comment)
  {
    guard let chosen = decision.chosen else { return }
    var random = SplitMix64(seed: seed)
    let step = storage.snapshot()
    if let count = decision.repairs.indices.randomElement(using: &random) {
      interrupted(chosen, order: decision.repairs, on: step, whole: count)
    }
    let again = step.cut(using: &random)
    let second = open(again)
    #expect(second.chosen?.checksum == chosen.checksum, context)
    var repair = SuperblockUpdate(chosen, order: second.repairs, buffer: buffer(chosen))
    #expect(repair.run(on: again) == [], context)
    #expect(open(again).states == [.current, .current, .current, .current], context)
    let next = chosen.updated { $0.term = 77 }
    var update = SuperblockUpdate(next, buffer: buffer(next))
    #expect(update.run(on: again) == [], context)
    #expect(open(again).chosen?.checksum == next.checksum, context)
  }

  @Test func withoutTheRepairTheNextUpdateIsAFork() {
    let storage = SampleFile.format(old)
    storage.put(new, copy: 0)
    #expect(open(storage).repairs == [0])
    storage.put(SampleCopy.forkedState, copy: 1)
    guard case .failure(.fork(let sequence)) = open(storage).outcome else {
      Issue.record("opened")
      return
    }
    #expect(sequence == new.sequence)
  }

  @Test func doneStaysNewWhateverTwoCopiesAreLost() {
    let storage = SampleFile.format(old)
    var update = SuperblockUpdate(new, buffer: buffer(new))
    #expect(update.run(on: storage) == [])
    for first in 0..<4 {
      for second in 0..<4 {
        for state in [SampleCopy.zeroed, .torn, .old, .wrongNumber, .unreadable] {
          let damaged = storage.snapshot()
          state.put(on: damaged, copy: first)
          state.put(on: damaged, copy: second)
          #expect(open(damaged).chosen?.checksum == new.checksum, "\(state) at \(first) and \(second)")
        }
      }
    }
  }

  @Test func oneCopyThatCannotBeWrittenIsTolerated() {
    for copy in 0..<4 {
      let storage = SampleFile.format(old)
      let offset = new.geometry.offset(of: .superblock(copy))
      storage.failWrites(offset..<offset + 16384)
      var update = SuperblockUpdate(new, buffer: buffer(new))
      #expect(update.run(on: storage) == [copy])
      #expect(open(storage).chosen?.checksum == new.checksum)
      #expect(open(storage).states[copy] == .stale)
      // Nor read.
      storage.failReads(offset..<offset + 16384, healsWhenWritten: false)
      var second = SuperblockUpdate(new.updated(), buffer: buffer(new))
      #expect(second.run(on: storage) == [copy])
      #expect(open(storage).states[copy] == .unreadable)
    }
  }

  /// What a power cut leaves of a copy in flight.
  private enum Remnant: CaseIterable {
    case nothing, everything, firstAtom, allButTheFirstAtom

    func keeps(_ atom: Int) -> Bool {
      switch self {
      case .nothing: false
      case .everything: true
      case .firstAtom: atom == 0
      case .allButTheFirstAtom: atom != 0
      }
    }
  }

  /// One copy cannot be written and is two updates behind, and the power fails while another one is written: the file is opened at the
  /// state before the update or at the one after it, and goes on.
  @Test func aCopyThatCannotBeWrittenAndAnotherThatIsTorn() {
    for dead in 0..<Superblock.copyCount {
      let base = SampleFile.format(SampleCopy.olderState)
      let home = new.geometry.offset(of: .superblock(dead))
      base.failWrites(home..<home + UInt64(Superblock.byteCount))
      var first = SuperblockUpdate(old, buffer: buffer(old))
      #expect(first.run(on: base) == [dead])
      let writable = (0..<Superblock.copyCount).filter { $0 != dead }
      for (position, torn) in writable.enumerated() {
        for remnant in Remnant.allCases {
          let storage = base.snapshot()
          interrupted(new, on: storage, whole: torn)
          let cut = storage.cut { _, atom in remnant.keeps(atom) }
          let newCopies = position + (remnant == .everything ? 1 : 0)
          let context = Comment(rawValue: "copy \(dead) cannot be written, of copy \(torn) is left: \(remnant)")
          // With the second of three torn, one is new, one old and one older: the old state is shown to have been established.
          expectOpened(cut, at: newCopies >= 2 ? new : old, dead: dead, context)
        }
      }
    }
  }

  /// The file is opened at `state`, repaired as far as it can be, and updated.
  private func expectOpened(_ storage: MemoryStorage, at state: Superblock, dead: Int, _ context: Comment) {
    let decision = open(storage)
    #expect(decision.chosen?.checksum == state.checksum, context)
    guard let chosen = decision.chosen else { return }
    var repair = SuperblockUpdate(chosen, order: decision.repairs, buffer: buffer(chosen))
    #expect(repair.run(on: storage) == [dead], context)
    let next = chosen.updated { $0.term = 77 }
    var update = SuperblockUpdate(next, buffer: buffer(next))
    #expect(update.run(on: storage) == [dead], context)
    #expect(open(storage).chosen?.checksum == next.checksum, context)
  }

  @Test func twoCopiesThatCannotBeWrittenAreNot() {
    for (one, other) in [(0, 1), (0, 3), (1, 2), (2, 3)] {
      let storage = SampleFile.format(old)
      for copy in [one, other] {
        let offset = new.geometry.offset(of: .superblock(copy))
        storage.failWrites(offset..<offset + 1)
      }
      var update = SuperblockUpdate(new, buffer: buffer(new))
      #expect(update.run(on: storage) == nil)
      guard case .failed(let verified) = update.next() else {
        Issue.record("not failed")
        return
      }
      #expect(verified == 2)
    }
  }

  @Test func lostWriteIsFoundByReadingBack() {
    let storage = SampleFile.format(old)
    storage.loseNextWrite()
    var update = SuperblockUpdate(new, buffer: buffer(new))
    #expect(update.run(on: storage) == [0])
    #expect(open(storage).chosen?.checksum == new.checksum)
  }

  @Test func powerFailure() {
    for writes in 0..<4 {
      let storage = SampleFile.format(old)
      storage.failPower(afterWrites: writes)
      var update = SuperblockUpdate(new, buffer: buffer(new))
      #expect(update.run(on: storage) == nil)
    }
  }
}
