import Glibc
import MKraftFormat
import MKraftOutput
import MKraftStorage
import SystemPackage
import Testing

/// `recover` as an operator uses it: plan, accept, make, start, read.
@Suite struct RecoverTests {
  /// A file with keys k1 to k9 in it, each written by a session of its own, and a copy made before the damage.
  private struct Ground {
    let file: SmallFile
    let backup: FilePath
    /// Op of the put of a key: a no-op and a register stand before it.
    func op(of key: UInt64) -> UInt64 { 1 + 2 * key }
    let head: UInt64 = 19

    init() throws {
      file = try SmallFile()
      let replica = try RunningReplica(file.path)
      for key in 1...9 { #expect(try replica.kv("put", "k\(key)", "v\(key)").exit == 0) }
      #expect(try replica.stop().exit == 0)
      backup = try file.directory.file("backup", try file.bytes())
    }

    func damage(op: UInt64) throws {
      let geometry = try file.superblock().geometry
      try file.overwrite(at: geometry.prepareOffset(slot: geometry.slot(of: op)) + 260, with: [0xA5, 0xA6, 0xA7])
    }

    func wipeSuperblocks() throws {
      let geometry = try file.superblock().geometry
      let zeros = [UInt8](repeating: 0, count: Superblock.byteCount)
      for copy in 0..<Superblock.copyCount {
        try file.overwrite(at: geometry.offset(of: .superblock(copy)), with: zeros)
      }
    }

    subscript(_ name: String) -> String { file.directory[name].string }
  }

  private func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 }

  private func expectKeys(_ path: String, upTo last: Int) throws {
    let replica = try RunningReplica(FilePath(path))
    for key in 1...9 {
      let get = try replica.kv("get", "k\(key)")
      #expect(get.exit == (key <= last ? 0 : 17), "\(get)")
      if key <= last { #expect(get.outputText == "v\(key)\n", "\(get)") }
    }
    #expect(try replica.stop().exit == 0)
    let verified = try Run.tool("verify-checksums", path)
    #expect(verified.exit == 0, "\(verified)")
  }

  @Test func nothingIsDroppedThatWasNotNamed() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let damaged = try ground.file.bytes()
    let (lost, plan, new) = ("op:13..19", ground["plan"], ground["new"])
    let shown = try Run.tool("recover", "plan", ground.file.path.string, "--to", plan)
    #expect(shown.exit == 13, "\(shown)")
    #expect(shown.outputText.contains("all up to op 12"), "\(shown)")
    #expect(shown.outputText.contains("--accept-loss \(lost)"), "\(shown)")
    for wrong in [[], ["--accept-loss", "op:13..18"], ["--accept-loss", "op:13..19", "--accept-loss", "op:1..2"]] {
      let run = try Run.tool(["recover", "apply", plan, "--to", new] + wrong)
      #expect(run.exit == 15 && run.errorText.contains(wrong.count < 4 ? lost : "op:1..2"), "\(run)")
    }
    #expect(ground.file.directory.names == ["backup", "f", "plan"])
    let made = try Run.tool("recover", "apply", plan, "--to", new, "--accept-loss", lost)
    #expect(made.exit == 0, "\(made)")
    #expect(try ground.file.bytes() == damaged, "the damaged file stays as it is")
    let again = try Run.tool("recover", "apply", plan, "--to", new, "--accept-loss", lost)
    #expect(again.exit == 73, "\(again)")
    let verified = try Run.tool("recover", "verify", plan, "--file", new)
    #expect(verified.exit == 0 && verified.outputText.contains("it is the file that the plan makes"), "\(verified)")
    #expect(try Run.tool("recover", "verify", plan, "--file", ground.backup.string).exit == 16)
    #expect(try Run.tool("recover", "verify", new).exit == 0)
    try expectKeys(new, upTo: 5)
    // A clone of the old cluster's client is told that this is another one.
    let differs = try Run.tool("diff", ground.backup.string, new)
    #expect(differs.exit == 16 || differs.exit == 15, "\(differs)")
  }

  @Test func aBackupGivesWhatIsMissing() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let (plan, new) = (ground["plan"], ground["new"])
    let planned = try Run.tool("recover", "plan", ground.file.path.string, ground.backup.string, "--to", plan)
    #expect(planned.exit == 0 && planned.outputText.contains("nothing is lost"), "\(planned)")
    #expect(try Run.tool("recover", "apply", plan, "--to", new).exit == 0)
    try expectKeys(new, upTo: 9)
    let before = try ground.file.superblock()
    let storage = try FileStorage.open(FilePath(new), for: .reading(cached: true))
    let after = try SuperblockDecision(SuperblockSurvey.read(storage)).outcome.get()
    #expect(after.cluster == before.cluster && after.fileID != before.fileID && after.lineage == before.fileID)
    #expect(after.term > before.term)
  }

  @Test func evidenceIsPlannedElsewhereAndAppliedWhereTheFilesAre() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let (evidence, plan, new) = (ground["evidence"], ground["plan"], ground["new"])
    let collected = try Run.tool("recover", "collect", ground.file.path.string, ground.backup.string, "--to", evidence)
    #expect(collected.exit == 0, "\(collected)")
    let bytes = try readAll(FilePath(evidence))
    #expect(!String(decoding: bytes, as: UTF8.self).contains("k5"), "keys are left out")
    let planned = try Run.tool("recover", "plan", evidence, "--to", plan)
    #expect(planned.exit == 0 && planned.outputText.contains("without keys and values"), "\(planned)")
    let made = try Run.tool("recover", "apply", plan, "--to", new)
    #expect(made.exit == 0, "\(made)")
    try expectKeys(new, upTo: 9)
    // With keys and values the evidence is enough.
    let whole = ground["whole"]
    #expect(try Run.tool("recover", "collect", ground.file.path.string, "--with-payloads", "--to", whole).exit == 13)
    #expect(remove(ground.file.path.string))
    #expect(try Run.tool("recover", "plan", whole, "--to", ground["plan2"]).exit == 13)
    let alone = try Run.tool("recover", "apply", ground["plan2"], "--to", ground["new2"], "--accept-loss", "op:13..19")
    #expect(alone.exit == 0, "\(alone)")
    try expectKeys(ground["new2"], upTo: 5)
    // The other plan wants the file that is gone.
    #expect(try Run.tool("recover", "apply", plan, "--to", ground["new3"]).exit == 66)
    // Evidence is none, also if it stands where the file was: it would lead to itself without end.
    #expect(try Run.shell(#"cp "$1" "$2""#, [evidence, ground.file.path.string]).exit == 0)
    let circular = try Run.tool("recover", "apply", plan, "--to", ground["new3"])
    #expect(circular.exit == 65 && circular.errorText.contains("it is evidence itself"), "\(circular)")
  }

  /// Evidence without keys and values gives the same plan whatever the files hold: what is advised is a plan from the files.
  @Test func aPlanFromEvidenceThatFitsNoMoreIsMadeFromTheFiles() throws {
    let ground = try Ground()
    let (evidence, plan, new) = (ground["evidence"], ground["plan"], ground["new"])
    let again = "mkraft-ctl recover plan \(ground.file.path.string)\n"
    try ground.damage(op: ground.op(of: 6))
    #expect(try Run.tool("recover", "collect", ground.file.path.string, "--to", evidence).exit == 13)
    #expect(try Run.tool("recover", "plan", evidence, "--to", plan).exit == 13)
    // The files turn out to hold more, in the same state.
    try ground.file.overwrite(at: 0, with: try readAll(ground.backup))
    let more = try Run.tool("recover", "apply", plan, "--to", new, "--accept-loss", "op:13..19")
    #expect(more.exit == 15 && more.errorText.contains("from the files themselves more is known"), "\(more)")
    #expect(more.errorText.contains(again) && !more.errorText.contains("stale"), "\(more)")
    // Or less, which is another state.
    try ground.damage(op: ground.op(of: 3))
    let less = try Run.tool("recover", "apply", plan, "--to", new, "--accept-loss", "op:13..19")
    #expect(less.exit == 15 && less.errorText.contains("is stale") && less.errorText.contains(again), "\(less)")
    #expect(!ground.file.directory.names.contains("new"))
  }

  /// The way out of a superblock that was rolled back leads to a new file, and not back to where it began.
  @Test func aSuperblockThatWasRolledBackIsRecoveredFrom() throws {
    let directory = try TemporaryDirectory()
    let path = try #require(Fixture.all.first { $0.name == "superblock-rolled-back" }).unpack(in: directory).string
    let (plan, new) = (directory["plan"].string, directory["new"].string)
    let status = try Run.tool("status", path)
    #expect(status.exit == 14 && status.outputText.contains("mkraft-ctl recover plan \(path)\n"), "\(status)")
    let shown = try Run.tool("recover", "plan", path)
    #expect(shown.exit == 0 && shown.outputText.contains("next: save the plan\n"), "\(shown)")
    #expect(try Run.tool("recover", "plan", path, "--to", plan).exit == 0)
    let applied = try Run.tool("recover", "apply", plan, "--to", new)
    #expect(applied.exit == 0, "\(applied)")
    #expect(try Run.tool("verify-checksums", new).exit == 0)
  }

  /// What is wrong in evidence or an image is no damage of the file: more would be named as lost than is.
  @Test func damagedEvidenceIsNotTakenForADamagedFile() throws {
    let ground = try Ground()
    let path = ground.file.path.string
    let (evidence, image) = (ground["evidence"], ground["image"])
    #expect(try Run.tool("recover", "collect", path, "--to", evidence).exit == 0)
    #expect(try Run.tool("image", path, "--to", image).exit == 0)
    // The first piece stands behind the headers.
    let cases = [
      (evidence, 65536 + 4096 + 100, "is damaged itself, whatever it was collected of: its part on \(path)"),
      (evidence, 3, "header is damaged"), (image, 4096 + 100, "whose piece for bytes 0..<1048576"),
    ]
    for (file, position, words) in cases {
      var bytes = try readAll(FilePath(file))
      bytes[position] ^= 1
      let damaged = try ground.file.directory.file("damaged", bytes).string
      let run = try Run.tool("recover", "plan", damaged)
      #expect(run.exit == 65 && run.errorText.contains(words), "\(run)")
      #expect(run.errorText.hasPrefix("mkraft-ctl: \(damaged): "), "\(run)")
    }
  }

  @Test func nothingIsPlannedForAFileThatNeverHeldStill() throws {
    let ground = try Ground()
    let path = ground.file.path.string
    for (name, command, start) in [("image", ["image"], 0), ("evidence", ["recover", "collect"], 65536)] {
      let made = try Run.tool(command + [path, "--to", ground[name]])
      #expect(made.exit == 0 && !made.outputText.contains("unsteady"), "\(made)")
      let bytes = UnsteadyImage.of(try readAll(FilePath(ground[name])), from: start)
      let changing = try ground.file.directory.file("unsteady", bytes).string
      let run = try Run.tool("recover", "plan", changing)
      #expect(run.exit == 12 && run.errorText.contains("(file-changing)"), "\(run)")
      #expect(run.errorText.contains("nothing was written"), "\(run)")
    }
  }

  @Test func whatEvidenceLacksIsSaidWithTheNextCommand() throws {
    let ground = try Ground()
    try ground.wipeSuperblocks()
    let evidence = ground["evidence"]
    let alone = try Run.tool("recover", "collect", ground.file.path.string, "--to", evidence)
    #expect(alone.exit == 13, "\(alone)")
    let text = alone.outputText
    let next = "next: plan the recovery with an older copy of the file, whose path goes at the end"
    #expect(text.contains(next), "\(alone)")
    #expect(text.contains(" \(evidence) OLDER-COPY\n") && !text.contains("nothing was written"), "\(alone)")
    #expect(try Run.tool("recover", "plan", evidence).exit == 13)
    #expect(try Run.tool("recover", "plan", evidence, ground.backup.string).exit == 0)
  }

  @Test func aPlanThatWasChangedIsRefused() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let plan = ground["plan"]
    #expect(try Run.tool("recover", "plan", ground.file.path.string, "--to", plan).exit == 13)
    let text = String(decoding: try readAll(FilePath(plan)), as: UTF8.self)
    let marker = #""new_cluster": ""#
    let start = try #require(text.firstRange(of: marker)).upperBound
    let other = text[start] == "1" ? "2" : "1"
    let changed = text[..<start] + other + text[text.index(after: start)...]
    let forged = try ground.file.directory.file("forged", Array(changed.utf8)).string
    let run = try Run.tool("recover", "apply", forged, "--to", ground["new"], "--accept-loss", "op:13..19")
    #expect(run.exit == 15 && run.errorText.contains("was changed since it was saved"), "\(run)")
    #expect(ground.file.directory.names == ["backup", "f", "forged", "plan"])
  }

  @Test func aRepairWhoseLogIsLostCanBeGivenUp() throws {
    let ground = try Ground()
    let path = ground.file.path.string
    let offset = try ground.file.superblock().geometry.repairMarkRange(copy: 0).lowerBound
    let mark = RepairMark(fileID: 1, log: 1, plan: 2, sequence: 3, offset: offset, path: ground["gone.undo"])
    try ground.file.overwrite(at: offset, with: mark.encoded)
    let refused = try Run.tool("recover", "plan", path)
    #expect(refused.exit == 15 && refused.errorText.contains("'recover plan --abandon-repair'"), "\(refused)")
    let shown = try Run.tool("recover", "plan", "--abandon-repair", path)
    #expect(shown.exit == 14 && shown.outputText.contains("recover plan --abandon-repair --to"), "\(shown)")
    let (plan, new) = (ground["plan"], ground["new"])
    #expect(try Run.tool("recover", "plan", "--abandon-repair", path, "--to", plan).exit == 14)
    let lost = "op:\(ground.head + 1).."
    let made = try Run.tool("recover", "apply", plan, "--to", new, "--accept-loss", lost)
    #expect(made.exit == 0, "\(made)")
    try expectKeys(new, upTo: 9)
  }

  @Test func aCopyOfNothingIsRefused() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let path = ground.file.path.string
    let before = try Run.tool("recover", "plan", path)
    let junk = try ground.file.directory.file("junk", Array("not a data file\n".utf8)).string
    let run = try Run.tool("recover", "plan", path, junk)
    #expect(before.exit == 13 && run.exit == 65, "\(run)")
    #expect(run.errorText.hasPrefix("mkraft-ctl: \(junk): ") && run.errorText.contains("leave it out"), "\(run)")
  }

  @Test func aPlanThatNoLongerFitsIsStale() throws {
    let ground = try Ground()
    try ground.damage(op: ground.op(of: 6))
    let plan = ground["plan"]
    #expect(try Run.tool("recover", "plan", ground.file.path.string, "--to", plan).exit == 13)
    try ground.damage(op: ground.op(of: 5))
    let run = try Run.tool("recover", "apply", plan, "--to", ground["new"], "--accept-loss", "op:13..19")
    #expect(run.exit == 15 && run.errorText.contains("stale"), "\(run)")
    #expect(try Run.tool("recover", "verify", plan).exit == 15)
    #expect(ground.file.directory.names == ["backup", "f", "plan"])
    #expect(try Run.tool("recover", "apply", ground.file.path.string, "--to", ground["new"]).exit == 64)
  }

  @Test func filesThatDoNotBelongTogetherAreRefusedByName() throws {
    let ground = try Ground()
    let path = ground.file.path.string
    let several = ground["several"]
    let format = try Run.tool([
      "format", several, "--cluster", "c1", "--replica", "0", "--replica-count", "3", "--initial-cluster", "--slots",
      "64",
      "--message-size", "4K", "--sessions", "8",
    ])
    #expect(format.exit == 0, "\(format)")
    let members = try Run.tool("recover", "plan", several)
    #expect(members.exit == 15 && members.errorText.contains("drill --as-single"), "\(members)")
    let other = ground["other"]
    #expect(try Run.tool(["format", other] + SmallFile.options).exit == 0)
    let stranger = try Run.tool("recover", "plan", path, other)
    #expect(stranger.exit == 15 && stranger.errorText.contains("another file"), "\(stranger)")
    // The backup goes a way of its own, and so does the file.
    for (file, value) in [(ground.file.path, "a"), (ground.backup, "b")] {
      let replica = try RunningReplica(file)
      #expect(try replica.kv("put", "way", value).exit == 0)
      #expect(try replica.stop().exit == 0)
    }
    let diverged = try Run.tool("recover", "plan", path, ground.backup.string)
    #expect(diverged.exit == 15 && diverged.errorText.contains("different ways"), "\(diverged)")
    let replica = try RunningReplica(ground.file.path)
    #expect(try Run.tool("recover", "plan", path).exit == 75)
    #expect(try replica.stop().exit == 0)
  }

  @Test func aFileOfAnotherKindIsNoDamagedOne() throws {
    let ground = try Ground()
    let plan = ground["plan"]
    #expect(try Run.tool("recover", "plan", ground.file.path.string, "--to", plan).exit == 0)
    let refused = try Run.tool("recover", "plan", plan)
    #expect(refused.exit == 65 && refused.errorText.contains("not-our-format"), "\(refused)")
    let nothing = try ground.file.directory.file("nothing", [])
    #expect(try Run.tool("recover", "plan", nothing.string).exit == 65)
  }

  /// Nothing is made of a file that has all that there is; and the plan says so.
  @Test func aSoundFileIsNotRecovered() throws {
    let ground = try Ground()
    let planned = try Run.tool("recover", "plan", ground.file.path.string, ground.backup.string)
    #expect(planned.exit == 0 && planned.outputText.contains("the first file has all of it"), "\(planned)")
    #expect(planned.outputText.contains("verify-checksums \(ground.file.path.string)"), "\(planned)")
    // The same of evidence, which names the file.
    let evidence = ground["evidence"]
    #expect(try Run.tool("recover", "collect", ground.file.path.string, "--to", evidence).exit == 0)
    let elsewhere = try Run.tool("recover", "plan", evidence)
    #expect(elsewhere.exit == 0, "\(elsewhere)")
    #expect(elsewhere.outputText.contains("verify-checksums \(ground.file.path.string)\n"), "\(elsewhere)")
  }

  @Test func anImageWithoutKeysAndValuesCannotBeBuiltFrom() throws {
    let ground = try Ground()
    let (image, plan) = (ground["image"], ground["plan"])
    #expect(try Run.tool("image", ground.file.path.string, "--to", image).exit == 0)
    // The plan says so, and its next step is one that can be taken.
    for arguments in [[image], [image, "--to", plan]] {
      let planned = try Run.tool(["recover", "plan"] + arguments)
      #expect(planned.exit == 0 && planned.outputText.contains("the plan cannot be applied from it"), "\(planned)")
      #expect(planned.outputText.contains("--with-payloads\n  mkraft-ctl recover plan DATA-FILE\n"), "\(planned)")
    }
    let json = try Run.tool("recover", "plan", ground.file.path.string, image, "--output", "json")
    let next = "mkraft-ctl recover plan \(ground.file.path.string) DATA-FILE"
    #expect(json.exit == 0 && json.outputText.contains(#""next": "\#(next)""#), "\(json)")
    let document = try #require(JSONDocument(parsing: json.output))
    #expect(document["redacted_images"]?.elements?.compactMap(\.text) == [image], "\(json)")
    let run = try Run.tool("recover", "apply", plan, "--to", ground["new"])
    #expect(run.exit == 15 && run.errorText.contains("--with-payloads"), "\(run)")
    let whole = ground["whole"]
    #expect(try Run.tool("image", ground.file.path.string, "--with-payloads", "--to", whole).exit == 0)
    // An image cannot be started as it is, whatever it lacks: what it is for is to make a file of it.
    let made = try Run.tool("recover", "plan", whole, "--to", ground["plan2"])
    #expect(made.exit == 0 && made.outputText.contains("next: make the file, if the file that the image"), "\(made)")
    #expect(!made.outputText.contains("verify-checksums"), "\(made)")
    #expect(try Run.tool("recover", "apply", ground["plan2"], "--to", ground["new"]).exit == 0)
    try expectKeys(ground["new"], upTo: 9)
  }

  /// A limit of file sizes is like a full disk: it strikes when the space is reserved.
  @Test func aFullDiskLeavesNothing() throws {
    let ground = try Ground()
    let plan = ground["plan"]
    #expect(try Run.tool("recover", "plan", ground.file.path.string, "--to", plan).exit == 0)
    let run = try Run.shell(#"ulimit -f 2048; exec "$0" "$@""#, ["recover", "apply", plan, "--to", ground["new"]])
    #expect(run.exit == 73 && ground.file.directory.names == ["backup", "f", "plan"], "\(run)")
    let full = try Run.shell(
      #"ulimit -f 16; exec "$0" "$@""#, ["recover", "collect", ground.file.path.string, "--to", ground["evidence"]])
    #expect(full.exit == 73 && ground.file.directory.names == ["backup", "f", "plan"], "\(full)")
  }

  /// Killed at any moment, the file is not there.
  @Test func killedWhileItWorks() throws {
    let ground = try Ground()
    let plan = ground["plan"]
    #expect(try Run.tool("recover", "plan", ground.file.path.string, "--to", plan).exit == 0)
    var made = 0
    for delay in 0..<12 {
      let child = try ChildProcess([Run.builtTool.string, "recover", "apply", plan, "--to", ground["new"]])
      usleep(UInt32(delay) * 15_000)
      child.send(SIGKILL)
      _ = try child.finish()
      guard ground.file.directory.names.contains("new") else { continue }
      made += 1
      #expect(try Run.tool("verify-checksums", ground["new"]).exit == 0)
      #expect(remove(ground["new"]))
    }
    #expect(ground.file.directory.names == ["backup", "f", "plan"])
    #expect(made < 12)
  }
}
