import MKraftOutput
import Testing

@Suite struct ExitCodeTests {
  @Test func theTableIsTheDesigns() {
    let numbers: [Int32] = [
      0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 64, 65, 66, 69, 70, 73, 74, 75, 77, 130, 143,
    ]
    #expect(ExitCode.allCases.map(\.number) == numbers)
  }

  @Test func namesAreUniqueWordsAndMeaningsAreWholeLines() {
    #expect(Set(ExitCode.allCases.map(\.name)).count == ExitCode.allCases.count)
    #expect(Set(ExitCode.allCases.map(\.meaning)).count == ExitCode.allCases.count)
    for code in ExitCode.allCases {
      #expect(
        code.name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
      #expect(!code.meaning.isEmpty)
      #expect(code.meaning.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }
  }

  @Test func worstIsTheHighest() {
    #expect(ExitCode.worst([]) == nil)
    #expect(ExitCode.worst([.sound]) == .sound)
    #expect(ExitCode.worst([.degraded, .sound, .restorable, .incomplete]) == .restorable)
    #expect(ExitCode.worst([.lost, .inputOutput, .degraded]) == .inputOutput)
    var code = ExitCode.sound
    code.raise(to: .incomplete)
    code.raise(to: .repairable)
    #expect(code == .incomplete)
  }

  @Test func classesFollowTheNumbers() {
    #expect(ExitCode.allCases.filter(\.isVerdict).map(\.number) == [0, 10, 11, 12, 13, 14])
    #expect(ExitCode.allCases.filter(\.concludesNothing) == ExitCode.allCases.filter { $0.number >= 64 })
  }

  @Test func jsonNamesAllThree() {
    #expect(
      json { $0.value(ExitCode.different) } == #"{"code":16,"name":"different","meaning":"replicas differ"}"# + "\n")
  }
}
