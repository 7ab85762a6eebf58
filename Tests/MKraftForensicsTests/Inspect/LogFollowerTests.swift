import MKraftForensics
import MKraftFormat
import MKraftStorage
import Testing

@Suite struct LogFollowerTests {
  /// What a look tells, in short: `12` an entry, `12 chain-parent` one that does not follow, `3-7 missed`, `5 damaged`.
  private func poll(_ follower: inout LogFollower, limit: Int = .max) -> [String] {
    var told: [String] = []
    follower.poll { event in
      switch event {
      case .entry(let header, _, .ok): told.append("\(header.op)")
      case .entry(let header, _, let link): told.append("\(header.op) \(link.name)")
      case .missed(let ops): told.append("\(ops.lowerBound)-\(ops.upperBound) missed")
      case .damaged(let op, _, _): told.append("\(op) damaged")
      }
      return told.count < limit
    }
    return told
  }

  private func follower(_ file: SampleFile, from op: UInt64? = nil) throws -> LogFollower {
    let source = try #require(LogSource(SuperblockSurvey.read(file.storage)))
    return LogFollower(file.storage, source, from: op)
  }

  @Test func tellsTheLastEntriesThenNewOnes() throws {
    let file = try SampleFile()
    var follower = try follower(file)
    #expect(poll(&follower) == ["3 unknown"] + (4...12).map { "\($0)" })
    #expect(poll(&follower) == [] && follower.nextOp == 13)
    file.append(bodySize: 100)
    file.append(bodySize: 7000)
    #expect(poll(&follower) == ["13", "14"])
    #expect(poll(&follower) == [])
  }

  /// A prepare without its header is not durable as far as anybody knows.
  @Test func waitsForTheHeader() throws {
    let file = try SampleFile()
    var follower = try follower(file, from: 13)
    let header = file.entry(after: file.entries[12], bodySize: 10)
    file.writePrepare(header)
    #expect(poll(&follower) == [])
    file.writeHeader(header, slot: 13)
    #expect(poll(&follower) == ["13 unknown"])
  }

  @Test func stopsWhereItIsTold() throws {
    let file = try SampleFile()
    var follower = try follower(file, from: 1)
    #expect(poll(&follower, limit: 2) == ["1 unknown", "2"])
    #expect(poll(&follower, limit: 1) == ["3"] && follower.nextOp == 4)
  }

  /// The ring has gone round once and a bit: of the ops that were looked for some are gone.
  @Test func theWrapOvertakesIt() throws {
    let file = try SampleFile()
    var follower = try follower(file, from: 10)
    for _ in 13...80 { file.append(bodySize: 10) }
    #expect(poll(&follower) == ["10-16 missed", "17 unknown"] + (18...80).map { "\($0)" })
    for _ in 81...90 { file.append(bodySize: 10) }
    #expect(poll(&follower) == (81...90).map { "\($0)" })
  }

  /// However far away, the ops that cannot be there any more are passed over at once.
  @Test func manyRoundsAtOnce() throws {
    let file = try SampleFile()
    var parent = PrepareHeader()
    parent.op = 1_000_000_000_000
    for _ in 1...64 {
      parent = file.entry(after: parent, bodySize: 0)
      file.writeHeader(parent, slot: file.geometry.slot(of: parent.op))
    }
    var follower = try follower(file, from: 5)
    let told = poll(&follower)
    #expect(told.first == "5-1000000000000 missed" && told.count == 65 && follower.nextOp == parent.op + 1)
  }

  @Test func aDamagedHeaderDoesNotHideLaterOnes() throws {
    let file = try SampleFile()
    file.garbage(file.headerRange(7))
    var follower = try follower(file, from: 6)
    #expect(poll(&follower) == ["6 unknown", "7 damaged", "8 unknown", "9", "10", "11", "12"])
    // With nothing behind it nobody knows yet.
    file.garbage(file.headerRange(13))
    #expect(poll(&follower) == [] && follower.nextOp == 13)
  }

  @Test func anEntryThatDoesNotFollowIsTold() throws {
    let file = try SampleFile()
    var follower = try follower(file)
    _ = poll(&follower)
    let other = file.entry(after: file.entries[12], bodySize: 10) { $0.parent = 1 }
    file.writeHeader(other, slot: 13)
    #expect(poll(&follower) == ["13 chain-parent"])
  }
}
