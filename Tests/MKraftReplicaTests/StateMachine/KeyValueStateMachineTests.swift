import MKraftFormat
import MKraftReplica
import Testing

@Suite struct KeyValueStateMachineTests {
  private let a: [UInt8] = [0x61]
  private let b: [UInt8] = [0x62]

  @Test func eventsOfABatchSeeThoseBeforeThem() throws {
    let machine = MachineRig()
    let results = try run(
      machine,
      [
        .get(key: a), .put(key: a, value: [1]), .get(key: a), .put(key: a, value: []), .get(key: a), .delete(key: a),
        .get(key: a), .delete(key: a),
      ])
    let expected: [KeyValueResult] = [
      KeyValueResult(.notFound), KeyValueResult(.ok), KeyValueResult(.ok, value: [1]), KeyValueResult(.ok),
      KeyValueResult(.ok), KeyValueResult(.ok), KeyValueResult(.notFound), KeyValueResult(.notFound),
    ]
    #expect(results == expected)
    #expect(machine.count == 0)
  }

  @Test func compareAndSetChangesOnlyWhatIsAsExpected() throws {
    let machine = MachineRig()
    let results = try run(
      machine,
      [
        .compareAndSet(key: a, expected: [], value: [1]), .compareAndSet(key: a, expected: nil, value: [2]),
        .compareAndSet(key: a, expected: nil, value: [3]), .compareAndSet(key: a, expected: [2, 0], value: [4]),
        .compareAndSet(key: a, expected: [2], value: [5]), .get(key: a),
      ])
    let holdsTwo = KeyValueResult(.conditionFailed, current: .included, value: [2])
    let expected: [KeyValueResult] = [
      KeyValueResult(.conditionFailed), KeyValueResult(.ok), holdsTwo, holdsTwo, KeyValueResult(.ok),
      KeyValueResult(.ok, value: [5]),
    ]
    #expect(results == expected)
  }

  @Test func anEmptyValueIsNotAnAbsentKey() throws {
    let machine = MachineRig()
    let results = try run(
      machine,
      [
        .put(key: a, value: []), .compareAndSet(key: a, expected: nil, value: [1]),
        .compareAndSet(key: b, expected: [], value: [1]), .compareAndSet(key: a, expected: [], value: [1]),
      ])
    let expected: [KeyValueResult] = [
      KeyValueResult(.ok), KeyValueResult(.conditionFailed, current: .included), KeyValueResult(.conditionFailed),
      KeyValueResult(.ok),
    ]
    #expect(results == expected)
    #expect(try machine.pairs == [KeyValuePair(key: a, value: [1])])
  }

  @Test func scansReturnTheRangeInOrder() throws {
    let machine = MachineRig()
    _ = try run(machine, [.put(key: b, value: [2]), .put(key: [0x61, 0], value: [3]), .put(key: a, value: [1])])
    let all = [
      KeyValuePair(key: a, value: [1]), KeyValuePair(key: [0x61, 0], value: [3]), KeyValuePair(key: b, value: [2]),
    ]
    let results = try run(
      machine,
      [
        .scan(start: [0], end: nil, limit: 3), .scan(start: [0], end: nil, limit: 2), .scan(start: a, end: b, limit: 2),
        .scan(start: [0x61, 0], end: [0xFF], limit: .max), .scan(start: b, end: a, limit: 1),
        .scan(start: [0x63], end: nil, limit: 1),
      ])
    let expected: [KeyValueResult] = [
      KeyValueResult(.ok, pairs: all), KeyValueResult(.ok, pairs: [all[0], all[1]], more: true),
      KeyValueResult(.ok, pairs: [all[0], all[1]]), KeyValueResult(.ok, pairs: [all[1], all[2]]), KeyValueResult(.ok),
      KeyValueResult(.ok),
    ]
    #expect(results == expected)
  }

  @Test func theLargestValueThatAMessageHoldsComesBackAlone() throws {
    let longest = [UInt8](repeating: 0x6B, count: 1024)
    let value = [UInt8](repeating: 9, count: KeyValueWorkload.bodySizeMax - 8 - 32 - 1024)
    let machine = MachineRig()
    _ = try run(machine, [.put(key: longest, value: value)])
    let got = try run(machine, [.get(key: longest)])
    #expect(got == [KeyValueResult(.ok, value: value)])
    let scanned = try run(machine, [.scan(start: a, end: nil, limit: 1)])
    #expect(scanned == [KeyValueResult(.ok, pairs: [KeyValuePair(key: longest, value: value)])])
    let failed = try run(machine, [.compareAndSet(key: longest, expected: nil, value: [])])
    #expect(failed == [KeyValueResult(.conditionFailed, current: .included, value: value)])
  }

  @Test func readsThatDoNotFitSayItAndWritesGoOn() throws {
    let value = [UInt8](repeating: 9, count: 3000)
    let machine = MachineRig()
    _ = try run(machine, [.put(key: a, value: value)])
    let results = try run(
      machine,
      [
        .get(key: a), .get(key: a), .scan(start: a, end: nil, limit: 1),
        .compareAndSet(key: a, expected: nil, value: [1]), .put(key: b, value: [2]), .get(key: b),
      ])
    let expected: [KeyValueResult] = [
      KeyValueResult(.ok, value: value), KeyValueResult(.resultTooLarge), KeyValueResult(.resultTooLarge),
      KeyValueResult(.conditionFailed, current: .omitted), KeyValueResult(.ok), KeyValueResult(.ok, value: [2]),
    ]
    #expect(results == expected)
  }

  @Test func whatIsNoBatchChangesNothing() throws {
    let body = try encode([.put(key: a, value: [1])])
    let machine = MachineRig()
    let empty: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
    #expect(machine.apply([]) == empty)
    for size in 0..<body.count { #expect(machine.apply([UInt8](body.prefix(size))) == empty) }
    #expect(machine.apply(body, operation: 129) == empty)
    #expect(machine.apply(body, sizeMax: body.count - 1) == empty)
    #expect(machine.apply(body, sizeMax: 7) == [])
    #expect(machine.count == 0)
    #expect(machine.apply(body, sizeMax: body.count).count == 24)
    #expect(machine.count == 1)
  }

  @Test func agreesWithTheModel() throws {
    let seed: UInt64 = 0x6B76_0003
    var workload = KeyValueWorkload(seed: seed)
    var model = KeyValueModel()
    let machine = MachineRig()
    var applied = 0
    var mostKeys = 0
    var seen: [KeyValueStatus: Int] = [:]
    while applied < 60_000 {
      let phase = KeyValueWorkload.Phase.allCases[applied / 10_000 % 3]
      let (events, body) = try workload.batch(phase)
      let sizeMax = max(body.count, workload.int(300...KeyValueWorkload.bodySizeMax))
      let expected = model.apply(events, sizeMax: sizeMax)
      let results = try decodeResults(machine.apply(body, sizeMax: sizeMax))
      guard results == expected, machine.count == model.values.count else {
        Issue.record("seed \(seed) after \(applied) events: \(events) gave \(results), expected \(expected)")
        return
      }
      for result in results { seen[result.status, default: 0] += 1 }
      if workload.int(0...20) == 0 { machine.takeCheckpoint() }
      applied += events.count
      mostKeys = max(mostKeys, machine.count)
    }
    #expect(
      try machine.pairs == model.keys.map { KeyValuePair(key: $0, value: model.values[$0] ?? []) }, "seed \(seed)")
    // The run must have met every outcome, and nodes that split and go.
    for status in [KeyValueStatus.ok, .notFound, .conditionFailed, .resultTooLarge] {
      #expect(seen[status, default: 0] > 100, "seed \(seed): \(status)")
    }
    #expect(mostKeys > 1000, "seed \(seed)")
  }

  @Test func emptiesAgainInAnyOrder() throws {
    let seed: UInt64 = 0x6B76_0004
    var workload = KeyValueWorkload(seed: seed)
    var keys: [[UInt8]] = (0..<3000).map { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    let machine = MachineRig()
    for key in keys { _ = try run(machine, [.put(key: key, value: key)]) }
    #expect(try machine.pairs == keys.map { KeyValuePair(key: $0, value: $0) })
    while !keys.isEmpty {
      let key = keys.remove(at: workload.int(0...keys.count - 1))
      let results = try run(machine, [.delete(key: key), .get(key: key)])
      guard results == [KeyValueResult(.ok), KeyValueResult(.notFound)] else {
        Issue.record("seed \(seed): deleting \(key) with \(keys.count) left")
        return
      }
      if keys.count % 100 == 0 { #expect(try machine.pairs.map(\.key) == keys) }
    }
    #expect(machine.count == 0)
    #expect(try machine.pairs.isEmpty)
  }

  @Test func resultsDependOnTheLogAlone() throws {
    let seed: UInt64 = 0x6B76_0005
    var workload = KeyValueWorkload(seed: seed)
    let first = MachineRig()
    let second = MachineRig(cacheBlocks: 4000, seed: 2)
    for round in 0..<2000 {
      let body = try workload.batch(.growing).body
      guard first.apply(body, old: 0) == second.apply(body, old: 0xFF) else {
        Issue.record("seed \(seed) round \(round)")
        return
      }
    }
    #expect(try first.pairs == second.pairs)
  }

  private func run(_ machine: MachineRig, _ events: [KeyValueEvent]) throws -> [KeyValueResult] {
    try decodeResults(machine.apply(encode(events)))
  }
}
