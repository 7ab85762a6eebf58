import MKraftOutput
import SystemPackage
import Testing

/// Every committed file, repaired from itself alone into a copy.
@Suite struct FixtureRepairTests {
  @Test(arguments: Fixture.all) func isNeverMadeWorse(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let path = try fixture.unpack(in: directory)
    let before = try readAll(path)
    let verdict = try #require(fixture.exits["verify-checksums"])
    let (plan, copy) = (directory["plan"], directory["copy"])
    let planned = try Run.tool("repair", path.string, "--to", plan.string, "--output", "json")
    #expect(planned.exit == verdict, "\(planned)")
    let document = try #require(JSONDocument(parsing: planned.output))
    guard let actions = document["actions"]?.elements else {
      #expect(fixture.start == "refuses" && document["reason"]?.text?.isEmpty == false, "\(planned)")
      return
    }
    let isSafe = actions.allSatisfy { $0["risk"]?.text == "safe" }
    #expect(isSafe && (verdict != 11 || !actions.isEmpty), "11 says that a safe plan exists: \(planned)")
    let applied = try Run.tool("repair", "apply", plan.string, "--to", copy.string)
    #expect(try readAll(path) == before)
    guard !actions.isEmpty else {
      #expect(applied.exit == (verdict > 10 ? 15 : verdict), "\(applied)")
      // Where nothing is wrong the copy is the file.
      if verdict <= 10 { #expect(try readAll(copy) == before) }
      return
    }
    let after = try #require(applied.exit)
    #expect(verdict != 13 || after >= 13, "13 says that the file alone does not do")
    #expect(after <= verdict && after == document["after"]?["code"]?.integer(Int32.self), "\(applied)")
    // What one safe plan can do it has done.
    let again = try Run.tool("repair", copy.string, "--output", "json")
    #expect(JSONDocument(parsing: again.output)?["actions"]?.elements == [], "\(again)")
    guard after <= 10, fixture.start != "abstains" else {
      #expect(verdict != 11, "a safe plan exists for what is called repairable")
      return
    }
    let replica = try RunningReplica(copy)
    #expect(try replica.stop().exit == 0)
  }
}
