import MKraftBenchmark
import MKraftForensics
import MKraftFormat
import SystemPackage
import Testing

/// `man/mkraft-design.7`: what it says of fields, invariants, sizes and quorums is what the code says, and what it points to is
/// there.
@Suite struct DesignManualTests {
  private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent()
  private let lines: [String]

  init() throws {
    let page = try readAll(Self.root.appending("man/mkraft-design.7"))
    lines = String(decoding: page, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The rows of every table whose name begins so, without their headings.
  private func rows(_ name: String) -> [[String]] {
    var rows: [[String]] = []
    for start in lines.indices where lines[start].hasPrefix(#".\" table: "# + name) {
      let items = lines[start...].prefix { $0 != ".El" }.filter { $0.hasPrefix(".It ") }
      rows += items.dropFirst().map { $0.dropFirst(4).split(separator: " Ta ").map(String.init) }
    }
    return rows
  }

  // MARK: Tables

  /// The superblock's fields in order, without those inside headers and references, and what each defends against.
  private static var fields: [[String]] {
    var fields: [[String]] = []
    for field in SuperblockField.all(members: 1, suffix: 1) {
      let name = String(field.name.prefix { $0 != "." && $0 != "[" })
      guard name != "reserved" else { continue }
      guard let last = fields.last, last[0] == name else {
        fields.append([name, field.defense])
        continue
      }
      // Of a reference it is the address that tells what would be lost.
      if field.name.hasSuffix(".address") { fields[fields.count - 1][1] = field.defense }
    }
    return fields
  }

  /// Every field, in the words of `inspect-superblock --explain`.
  @Test func fieldsAreThoseOfTheSuperblock() {
    let fields = Self.fields
    let layout = Superblock.Layout.rows.flatMap { row in
      row.name == "checkpoint" ? CheckpointState.Layout.rows.map(\.name) : [row.name]
    }
    #expect(fields.map { $0[0] } == layout.filter { $0 != "reserved" })
    let rows = rows("fields-")
    #expect(rows.allSatisfy { $0.count == 3 })
    #expect(rows.map { [$0.first, $0.last] } == fields.map { [$0.first, $0.last] })
  }

  /// Each invariant stands in one fault story.
  @Test func everyInvariantHasAStory() {
    let rows = rows("stories")
    #expect(rows.allSatisfy { $0.count == 2 })
    let told = rows.flatMap { row in (row.last ?? "").split(separator: ", ").map(String.init) }
    #expect(told.sorted() == Invariant.allCases.map(\.name).sorted())
  }

  /// With checkpoints of 50 ms.
  @Test func sizesAreThoseOfTheFormulas() throws {
    let rows = rows("sizing")
    #expect(rows.map(\.first) == ["128", "256", "512", "1024", "4096"])
    for row in rows {
      let slots = try #require(row.first.flatMap { UInt32($0) })
      let figures = LogFigures(Geometry(slotCount: slots), LogConditions(checkpoint: 0.05))
      let stallRate = try #require(figures.stallRate)
      let best = try #require(figures.stallFreeRateMax)
      let rates = [figures.checkpointsPerMillionOps, stallRate, best].map { "\(Int($0.rounded()))" }
      let geometry = figures.geometry
      #expect(row == ["\(slots)", "\(geometry.headroom)", "\(geometry.checkpointInterval)"] + rates)
    }
  }

  /// The quorums are ones that a file can have; the other two numbers are the smallest sets that meet every quorum of a kind.
  @Test func quorumsAndTheSetsThatMeetThem() {
    let rows = rows("quorums").map { $0.compactMap { Int($0) } }
    #expect(rows.count == 8)
    for row in rows {
      guard row.count == 5 else {
        Issue.record("\(row) has not five numbers")
        continue
      }
      let quorums = Quorums(replication: row[1], election: row[2])
      #expect(quorums.brokenInvariants(voters: row[0]).isEmpty, "\(row)")
      #expect(row[3] == smallest(of: row[0], meeting: row[1]), "\(row)")
      #expect(row[4] == smallest(of: row[0], meeting: row[2]), "\(row)")
    }
  }

  /// The least size of which every set of voters meets every set of `quorum` of them.
  private func smallest(of voters: Int, meeting quorum: Int) -> Int? {
    let sets = 0..<UInt(1) << UInt(voters)
    return (1...voters).first { size in
      sets.allSatisfy { one in
        one.nonzeroBitCount != size || sets.allSatisfy { $0.nonzeroBitCount != quorum || $0 & one != 0 }
      }
    }
  }

  // MARK: Pointers

  /// What follows a macro, wherever in a line that stands, up to the next macro: without punctuation.
  private func arguments(of macro: String) -> [String] {
    var found: Set<String> = []
    for line in lines where line.hasPrefix(".") && !line.hasPrefix(#".\""#) {
      var isOpen = false
      for word in line.dropFirst().split(separator: " ") {
        let isMacro = word.count == 2 && word.first?.isUppercase == true
        if isMacro { isOpen = word == macro } else if isOpen, word.count > 1 { found.insert(String(word)) }
      }
    }
    return found.sorted()
  }

  /// Those of the names for which the test, a shell command that sees one as `$name`, fails in the package's directory.
  private func failing(_ test: String, _ names: [String]) throws -> [String] {
    let script = "cd \"$1\" && shift && for name; do \(test) || printf '%s\\n' \"$name\"; done"
    let run = try Run.shell(script, [Self.root.string] + names)
    #expect(run.exit == 0 && run.errors.isEmpty, "\(run)")
    return run.outputText.split(separator: "\n").map(String.init)
  }

  @Test func filesAreThere() throws {
    let paths = arguments(of: "Pa")
    #expect(paths.count >= 10)
    #expect(try failing(#"test -e "$name""#, paths + ["Sources/NoSuchModule"]) == ["Sources/NoSuchModule"])
  }

  @Test func typesAreThere() throws {
    let types = arguments(of: "Vt")
    #expect(types.count >= 20)
    let isDeclared = #"grep -rqwE "(struct|enum|class|protocol) $name" --include=*.swift Sources Tests"#
    #expect(try failing(isDeclared, types + ["NoSuchType"]) == ["NoSuchType"])
  }

  @Test func functionsAreThere() throws {
    let names = arguments(of: "Fn")
    #expect(names.contains("takeTerm"))
    #expect(try failing(#"grep -rqwE "func $name" --include=*.swift Sources"#, names) == [])
  }

  @Test func everyFigureIsFilledIn() {
    #expect(lines.filter { $0.contains("FIGURE-") } == [])
  }
}
