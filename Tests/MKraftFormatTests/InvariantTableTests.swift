import MKraftFormat
import Testing

@Suite struct InvariantTableTests {
  @Test func namesAreUniqueAndKebabCase() {
    let names = Invariant.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      let words = name.split(separator: "-", omittingEmptySubsequences: false)
      let isKebab = words.allSatisfy { word in
        !word.isEmpty && word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      }
      #expect(isKebab && words.count >= 2, "\(name)")
    }
  }

  /// A case's name in words is its name in code.
  @Test func namesAreThoseOfTheCases() {
    for invariant in Invariant.allCases {
      let flat = invariant.name.split(separator: "-").joined()
      #expect(flat == String(describing: invariant).lowercased())
    }
  }

  @Test func everyCaseHasItsOwnStatement() {
    let statements = Invariant.allCases.map(\.statement)
    #expect(Set(statements).count == statements.count)
    for statement in statements { #expect(statement.count >= 10 && !statement.hasSuffix("."), "\(statement)") }
  }

  /// A set holds every invariant that there is, apart from the others.
  @Test func setsHoldEveryInvariant() {
    #expect(Invariant.allCases.count <= 128)
    var all = InvariantSet()
    #expect(all.isEmpty && all.elements == [])
    for invariant in Invariant.allCases {
      #expect(!all.contains(invariant))
      let single = InvariantSet(invariant)
      #expect(single.elements == [invariant] && !single.isEmpty)
      all.insert(invariant)
      all.insert(invariant)
    }
    #expect(all.elements == Invariant.allCases)
    var union = InvariantSet(.headerSlot)
    union.formUnion(InvariantSet(.messageSize))
    #expect(union.elements == [.headerSlot, .messageSize])
  }

  @Test func otherNamesAreUnique() {
    #expect(Set(Refusal.allCases.map(\.name)).count == Refusal.allCases.count)
    #expect(Set(Refusal.allCases.map(\.meaning)).count == Refusal.allCases.count)
    #expect(Set(Command.allCases.map(\.name)).count == Command.allCases.count)
    #expect(Set(Zone.allCases.map(\.name)).count == Zone.allCases.count)
    #expect(Set((0...255).map { Operation.name(of: UInt8($0)) }).count == 256)
  }
}
