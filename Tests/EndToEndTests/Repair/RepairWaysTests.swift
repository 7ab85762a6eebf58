import Glibc
import MKraftFormat
import MKraftOutput
import SystemPackage
import Testing

/// A repair, its undoing and its copies when something came in between: none of them is a dead end.
@Suite struct RepairWaysTests {
  // MARK: What is no data file

  /// What was made of the file is not changed in its place, whichever way it is named.
  @Test func imagesAndEvidenceAreNotRepaired() throws {
    let scene = try RepairScene()
    for command in [["image"], ["recover", "collect"]] {
      let copy = scene.file.directory["copy"]
      #expect(try Run.tool(command + [scene.path, "--to", copy.string]).exit == 0)
      let bytes = try readAll(copy)
      try scene.write(bytes)
      let runs = [
        try Run.tool("repair", scene.path), try Run.tool("repair", "resume", scene.path), try scene.apply(),
        try Run.tool("repair", "apply", scene.plan, "--to", scene.file.directory["new"].string),
      ]
      for run in runs {
        #expect(run.exit == 65 && run.output.isEmpty, "\(run)")
        #expect(run.errorText.contains("by mkraft-ctl, which can be looked at and not repaired"), "\(run)")
      }
      #expect(try scene.file.bytes() == bytes)
      #expect(scene.file.directory.names == ["copy", "f", "plan"])
      #expect(unsafe unlink(copy.string) == 0)
      try scene.write(scene.damaged)
    }
  }

  // MARK: New damage elsewhere

  @Test func aRepairIsFinishedThoughAnotherSlotHasRotted() throws {
    let scene = try RepairScene(isPlanned: false)
    try scene.cut()
    try scene.rot()
    let run = try Run.tool("repair", "resume", scene.path)
    #expect(run.exit == 13 && run.outputText.contains("repair finished"), "\(run)")
    #expect(run.outputText.contains("new damage since") && run.outputText.contains("wal-prepare-corrupt"), "\(run)")
    #expect(run.outputText.contains("mkraft-ctl verify-checksums \(scene.path)"), "\(run)")
    #expect(run.outputText.contains("expected") && run.outputText.contains("sound (0)"), "\(run)")
    #expect(try !scene.isMarked())
    let json = try Run.tool("repair", "undo", scene.log, "--output", "json")
    let document = try #require(JSONDocument(parsing: json.output))
    #expect(json.exit == 13 && document["expected_exit"]?["code"]?.integer(Int.self) == 10, "\(json)")
  }

  @Test func aRepairIsTakenBackThoughAnotherSlotHasRotted() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    try scene.rot()
    let undone = try Run.tool("repair", "undo", scene.log)
    #expect(undone.exit == 13 && undone.outputText.contains("every byte that it wrote is as it was"), "\(undone)")
    #expect(undone.outputText.contains("new damage since"), "\(undone)")
    let now = try scene.file.bytes()
    let (start, rotten) = (Int(try scene.bodyByte()), [UInt8]([0xA5, 0xA6, 0xA7]))
    var expected = scene.damaged
    expected.replaceSubrange(start..<start + 3, with: rotten)
    #expect(now == expected)
    let again = try Run.tool("repair", "undo", scene.log)
    #expect(again.exit == 13 && again.outputText.contains("unchanged"), "\(again)")
  }

  @Test func anInterruptedOneIsTakenBackThoughAnotherSlotHasRotted() throws {
    let scene = try RepairScene(isPlanned: false)
    try scene.cut()
    try scene.rot()
    let run = try Run.tool("repair", "undo", scene.log)
    #expect(run.exit == 13 && run.outputText.contains("repair taken back"), "\(run)")
    #expect(run.outputText.contains("new damage since"), "\(run)")
    #expect(try !scene.isMarked())
  }

  // MARK: Copies

  /// `apply --to NEW && mv NEW FILE` must never move what is not there.
  @Test func aCopyIsMadeAlsoIfThereIsNothingToRepair() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    let repaired = try scene.file.bytes()
    let done = scene.file.directory["done"]
    let copied = try Run.tool("repair", "apply", scene.plan, "--to", done.string)
    #expect(copied.exit == 0 && copied.outputText.contains("copied as it is"), "\(copied)")
    #expect(try readAll(done) == repaired)
    let empty = scene.file.directory["empty"].string
    #expect(try Run.tool("repair", scene.path, "--to", empty).exit == 0)
    let sound = scene.file.directory["sound"]
    let json = try Run.tool("repair", "apply", empty, "--to", sound.string, "--output", "json")
    let document = try #require(JSONDocument(parsing: json.output))
    #expect(json.exit == 0 && document["outcome"]?.text == "copied-unchanged", "\(json)")
    #expect(try readAll(sound) == repaired)
    let again = try Run.tool("repair", "apply", empty, "--to", sound.string)
    #expect(again.exit == 73, "\(again)")
  }

  @Test func aPlanWithoutChangesIsNotCalledDone() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    try scene.rot()
    let empty = scene.file.directory["empty"].string
    #expect(try Run.tool("repair", scene.path, "--to", empty).exit == 13)
    let run = try Run.tool("repair", "verify", empty)
    #expect(run.exit == 13 && run.outputText.contains("the plan has no changes"), "\(run)")
    #expect(!run.outputText.contains("every change is there"), "\(run)")
    let json = try Run.tool("repair", "verify", empty, "--output", "json")
    #expect(JSONDocument(parsing: json.output)?["state"]?.text == "no-changes", "\(json)")
  }

  // MARK: Logs in the way

  @Test func aLogInTheWayIsToldApart() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    #expect(try Run.tool("repair", "undo", scene.log).exit == 10)
    let applied = try scene.apply()
    #expect(applied.exit == 73 && applied.errorText.contains("taken back or not begun"), "\(applied)")
    #expect(applied.errorText.contains("--in-place --undo \(scene.log)-2"), "\(applied)")
    #expect(try scene.file.bytes() == scene.damaged)
    // Undone, redone, and to be undone again: the first undoing's log is there.
    #expect(try Run.tool("repair", "undo", scene.log + ".undo").exit == 0)
    let undone = try Run.tool("repair", "undo", scene.log)
    #expect(undone.exit == 73 && undone.errorText.contains("taken back or not begun"), "\(undone)")
    let next = try Run.tool("repair", "undo", scene.log, "--undo", scene.log + ".undo-2")
    #expect(undone.errorText.contains("mkraft-ctl repair undo \(scene.log) --undo \(scene.log).undo-2"), "\(undone)")
    #expect(next.exit == 10, "\(next)")
    #expect(try scene.file.bytes() == scene.damaged)
  }

  @Test func aLogThatIsNeededIsSaidToBe() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    let geometry = try scene.file.superblock().geometry
    try scene.file.overwrite(at: geometry.headerOffset(slot: 3) + 30, with: [1, 2, 3])
    let other = scene.file.directory["other"].string
    #expect(try Run.tool("repair", scene.path, "--to", other).exit == 10)
    let run = try Run.tool("repair", "apply", other, "--in-place", "--yes", "--undo", scene.log)
    #expect(run.exit == 73 && run.errorText.contains("keep it"), "\(run)")
    let foreign = try Run.tool("repair", "apply", other, "--in-place", "--yes", "--undo", scene.plan)
    #expect(foreign.exit == 73 && foreign.errorText.contains("no undo log"), "\(foreign)")
  }

  /// The log fits below the limit of 64 KiB, which is where the first mark lies.
  @Test func aRepairWhoseFirstMarkCannotBeWrittenIsTriedAgain() throws {
    let scene = try RepairScene()
    let run = try Run.shell(
      #"ulimit -f 128; exec "$0" "$@""#, ["repair", "apply", scene.plan, "--in-place", "--yes", "--undo", scene.log])
    #expect(run.exit == 74 && run.errorText.contains("the file is as it was"), "\(run)")
    let next = "mkraft-ctl repair apply \(scene.plan) --in-place --undo \(scene.log)-2"
    #expect(run.errorText.contains("next: \(next)\n"), "\(run)")
    #expect(try scene.file.bytes() == scene.damaged && !scene.isMarked())
    let again = try Run.tool(
      "repair", "apply", scene.plan, "--in-place", "--undo", scene.log + "-2", "--yes")
    #expect(again.exit == 0, "\(again)")
  }

  // MARK: Copies of the repaired file

  private func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 }

  /// A copy that was never damaged holds the same bytes as the repaired file.
  @Test func anUndoIsNotDoneToACopy() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    let sound = try scene.file.directory.file("copy", try scene.file.bytes())
    let before = try readAll(sound)
    let run = try Run.tool("repair", "undo", scene.log, "--file", sound.string)
    #expect(run.exit == 15 && run.errorText.contains("not the file that was repaired"), "\(run)")
    #expect(run.errorText.contains("next: mkraft-ctl repair undo \(scene.log)"), "\(run)")
    #expect(try readAll(sound) == before && !scene.file.directory.names.contains("log.undo"))
    // By another name it is the same file.
    let link = try scene.file.directory.link("link", to: scene.file.path)
    let undone = try Run.tool("repair", "undo", scene.log, "--file", link.string)
    #expect(undone.exit == 10, "\(undone)")
    #expect(try scene.file.bytes() == scene.damaged)
  }

  /// As long as the repaired file is gone, a copy that was made of it after the repair stands for it.
  @Test func aCopyOfTheRepairedFileStandsForIt() throws {
    let scene = try RepairScene()
    #expect(try scene.apply().exit == 0)
    let copy = try scene.file.directory.file("copy", try scene.file.bytes())
    #expect(remove(scene.path))
    #expect(try Run.tool("repair", "undo", scene.log).exit == 66)
    let undone = try Run.tool("repair", "undo", scene.log, "--file", copy.string)
    #expect(undone.exit == 10, "\(undone)")
    #expect(try readAll(copy) == scene.damaged)
    let redone = try Run.tool("repair", "undo", scene.log + ".undo")
    #expect(redone.exit == 0, "\(redone)")
  }

  /// A copy of an earlier moment has the same superblock, and where the repair wrote something it was never damaged. It is not the
  /// repaired file, and nothing is written to it, also when that one is gone.
  @Test func anUndoIsNotDoneToACopyOfAnotherMoment() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    let older = try file.directory.file("older", try file.bytes())
    #expect(try replica.kv("put", "l", "v").exit == 0)
    try replica.kill()
    let geometry = try file.superblock().geometry
    try file.overwrite(at: geometry.offset(of: .superblock1) + 600, with: [UInt8](repeating: 0xA5, count: 40))
    let (plan, log) = (file.directory["plan"].string, file.directory["log"].string)
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let applied = try Run.tool("repair", "apply", plan, "--in-place", "--yes", "--undo", log)
    #expect(applied.exit == 0, "\(applied)")
    let repaired = try file.directory.file("repaired", try file.bytes())
    #expect(remove(file.path.string))
    let before = try readAll(older)
    let run = try Run.tool("repair", "undo", log, "--file", older.string)
    #expect(run.exit == 15 && run.errorText.contains("a copy of another moment"), "\(run)")
    #expect(try readAll(older) == before && !file.directory.names.contains("log.undo"))
    // Nor to another file.
    let stranger = file.directory["stranger"].string
    #expect(try Run.tool(["format", stranger] + SmallFile.options).exit == 0)
    let other = try Run.tool("repair", "undo", log, "--file", stranger)
    #expect(other.exit == 15 && other.errorText.contains("another file"), "\(other)")
    #expect(try Run.tool("repair", "undo", log, "--file", repaired.string).exit == 10)
  }

  /// What holds the old bytes and no mark was not repaired.
  @Test func anUndoOfWhatWasNotRepairedWritesNothing() throws {
    let scene = try RepairScene()
    let other = try scene.file.directory.file("copy", scene.damaged)
    #expect(try scene.apply().exit == 0)
    let run = try Run.tool("repair", "undo", scene.log, "--file", other.string)
    #expect(run.exit == 10 && run.outputText.contains("unchanged"), "\(run)")
    #expect(try readAll(other) == scene.damaged)
  }
}
