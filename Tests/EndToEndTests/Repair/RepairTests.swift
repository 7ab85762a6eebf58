import Glibc
import MKraftForensics
import MKraftFormat
import MKraftOutput
import MKraftStorage
import SystemPackage
import Testing

/// `repair` as an operator uses it: plan, apply, verify, undo.
@Suite struct RepairTests {
  /// A file with a few keys in it, whose replica was stopped.
  private func servedFile() throws -> SmallFile {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    #expect(try replica.kv("put", "l", "w").exit == 0)
    #expect(try replica.stop().exit == 0)
    return file
  }

  /// Damages superblock copy 0 and a header of the ring: a replica heals both, and so does a plan from the file alone.
  private func damage(_ file: SmallFile) throws {
    let geometry = try file.superblock().geometry
    let noise = [UInt8](repeating: 0xA5, count: 40)
    try file.overwrite(at: geometry.headerOffset(slot: 2) + 30, with: noise)
    try file.overwrite(at: 600, with: noise)
  }

  private func damageBody(_ file: SmallFile, op: UInt64 = 3) throws {
    let geometry = try file.superblock().geometry
    try file.overwrite(at: geometry.prepareOffset(slot: geometry.slot(of: op)) + 260, with: [0xA5, 0xA6, 0xA7])
  }

  private func copy(_ file: SmallFile, to name: String) throws -> FilePath {
    try file.directory.file(name, try file.bytes())
  }

  private func undoLog(_ file: SmallFile) throws -> FilePath {
    let name = try #require(file.directory.names.first { $0.hasPrefix("f.undo-") && !$0.hasSuffix(".undo") })
    return file.directory[name]
  }

  @Test func plansAppliesAndTakesBack() throws {
    let file = try servedFile()
    try damage(file)
    let damaged = try file.bytes()
    let plan = file.directory["plan"].string
    let shown = try Run.tool("repair", file.path.string)
    #expect(shown.exit == 10 && shown.outputText.contains("superblock-from-quorum"), "\(shown)")
    #expect(shown.outputText.contains("header-from-prepare") && shown.outputText.contains("R14"), "\(shown)")
    let saved = try Run.tool("repair", "plan", file.path.string, "--to", plan)
    #expect(saved.exit == 10 && saved.outputText.contains("mkraft-ctl repair apply \(plan) --in-place"), "\(saved)")
    // Nobody can be asked here.
    let unasked = try Run.tool("repair", "apply", plan, "--in-place")
    #expect(unasked.exit == 15 && unasked.errorText.contains("--yes"), "\(unasked)")
    #expect(try file.bytes() == damaged && file.directory.names == ["f", "plan"])

    let applied = try Run.tool("repair", "apply", plan, "--in-place", "--yes")
    #expect(applied.exit == 0 && applied.outputText.contains("repaired, and verified again"), "\(applied)")
    #expect(try Run.tool("verify-checksums", file.path.string).exit == 0)
    let verified = try Run.tool("repair", "verify", plan)
    #expect(verified.exit == 0 && verified.outputText.contains("2 done, 0 not done, 0 neither"), "\(verified)")
    let repaired = try file.bytes()
    for arguments in [["repair", file.path.string], ["repair", "apply", plan, "--in-place", "--yes"]] {
      let again = try Run.tool(arguments)
      #expect(again.exit == 0, "\(again)")
    }
    #expect(try file.bytes() == repaired)

    let log = try undoLog(file).string
    let undone = try Run.tool("repair", "undo", log)
    #expect(undone.exit == 10 && undone.outputText.contains("every byte is as it was"), "\(undone)")
    #expect(try file.bytes() == damaged)
    #expect(try Run.tool("repair", "undo", log, "--yes").outputText.contains("unchanged"))
    let redone = try Run.tool("repair", "undo", log + ".undo")
    #expect(redone.exit == 0, "\(redone)")
    #expect(try file.bytes() == repaired)
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("get", "k", "l").outputText == "k\tv\nl\tw\n")
  }

  @Test func aBackupGivesWhatTheFileNames() throws {
    let file = try servedFile()
    let backup = try copy(file, to: "backup")
    try damageBody(file)
    let damaged = try file.bytes()
    let (plan, new) = (file.directory["plan"].string, file.directory["new"])
    let alone = try Run.tool("repair", file.path.string, "--to", plan)
    #expect(alone.exit == 13 && alone.outputText.contains("name a file that may hold it"), "\(alone)")
    let nothing = try Run.tool("repair", "apply", plan, "--in-place", "--yes")
    #expect(nothing.exit == 15 && nothing.errorText.contains("nothing to repair with"), "\(nothing)")

    let helped = try Run.tool("repair", file.path.string, "--backup", backup.string, "--to", plan + "2")
    #expect(helped.exit == 13 && helped.outputText.contains("prepare-from-source"), "\(helped)")
    let copied = try Run.tool("repair", "apply", plan + "2", "--to", new.string)
    #expect(copied.exit == 0 && copied.outputText.contains("repaired copy"), "\(copied)")
    #expect(try file.bytes() == damaged)
    #expect(try readAll(new) == readAll(backup))
    #expect(try Stat(new).permissions == [.ownerReadWrite])
    // Nothing is ever replaced.
    let again = try Run.tool("repair", "apply", plan + "2", "--to", new.string)
    #expect(again.exit == 73 && again.errorText.contains("it exists already"), "\(again)")
    let compared = try Run.tool("repair", "verify", plan + "2", "--file", new.string)
    #expect(compared.exit == 0 && compared.outputText.contains("1 done"), "\(compared)")
    let replica = try RunningReplica(new)
    #expect(try replica.kv("get", "k", "l").outputText == "k\tv\nl\tw\n")
  }

  /// Every command that looks at the file says that half of a repair may stand in it, and what to do.
  @Test func aRepairInProgressIsSaid() throws {
    let file = try servedFile()
    let place = try file.superblock().geometry.repairMarkRange(copy: 1).lowerBound
    let path = "/backups/f.undo"
    try file.overwrite(
      at: place, with: RepairMark(fileID: 7, log: 1, plan: 2, sequence: 3, offset: place, path: path).encoded)
    for command in [["inspect-superblock"], ["dump-wal"], ["dump-wal", "--stats"], ["explain", "--slot", "1"]] {
      let run = try Run.tool(command + [file.path.string])
      #expect(run.exit == 13 && run.outputText.contains("repair-in-progress"), "\(run)")
      #expect(run.outputText.contains("mkraft-ctl repair resume \(file.path)"), "\(run)")
      guard command[0] != "explain" else { continue }
      let head = run.outputText.split(separator: "\n").prefix(6).joined(separator: "\n")
      #expect(head.contains("IN PROGRESS") && head.contains(path), "\(run)")
      #expect(!run.outputText.contains("a replica alone starts"), "\(run)")
      let json = try Run.tool(command + [file.path.string, "--output", "json"])
      let document = try #require(JSONDocument(parsing: json.output))
      #expect(document["repair"]?["undo_log"]?.text == path, "\(json)")
      #expect(document["exit"]?["code"]?.integer(Int32.self) == 13, "\(json)")
    }
  }

  @Test func aStalePlanWritesNothing() throws {
    let file = try servedFile()
    try damage(file)
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    // The same bytes are damaged otherwise.
    try file.overwrite(at: 700, with: [1, 2, 3])
    let before = try file.bytes()
    let stale = try Run.tool("repair", "apply", plan, "--in-place", "--yes")
    #expect(stale.exit == 15 && stale.errorText.contains("stale"), "\(stale)")
    #expect(stale.errorText.contains("bytes 0..<16384"), "\(stale)")
    #expect(try file.bytes() == before && file.directory.names == ["f", "plan"])
    // A replica has healed what was planned, and moved on.
    let replica = try RunningReplica(file.path)
    #expect(try replica.stop().exit == 0)
    let moved = try Run.tool("repair", "apply", plan, "--to", file.directory["new"].string)
    #expect(moved.exit == 15 && moved.errorText.contains("sequence is"), "\(moved)")
    #expect(file.directory.names == ["f", "plan"])
    let (garbage, target) = (try file.directory.file("garbage", Array("{\"a\": [1".utf8)), file.directory["x"].string)
    let read = try Run.tool("repair", "apply", garbage.string, "--to", target)
    #expect(read.exit == 64 && read.errorText.contains("no plan of a repair"), "\(read)")
  }

  /// Plans that no release has made: what they change is not looked for, however much it is.
  @Test func aPlanThatWasChangedIsRefused() throws {
    let file = try servedFile()
    try damage(file)
    let before = try file.bytes()
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let text = String(decoding: try readAll(FilePath(plan)), as: UTF8.self)
    let target = file.directory["new"].string
    // The size of the first action, or the action twice.
    let marker = #""byte_count": ""#
    let end = try #require(text.firstRange(of: marker)).upperBound
    let longer = text[..<end] + "1" + text[end...]
    let actions = try #require(text.firstRange(of: #""actions": ["#)).upperBound
    let last = try #require(text[actions...].firstRange(of: "}")).upperBound
    let twice = text[..<last] + "," + text[actions...]
    for changed in [longer, twice] {
      let forged = try file.directory.file("forged", Array(changed.utf8)).string
      for command in [
        ["apply", forged, "--to", target], ["apply", forged, "--in-place", "--yes"], ["verify", forged],
      ] {
        let run = try Run.tool(["repair"] + command)
        #expect(run.exit == 15 && run.errorText.contains("was changed since it was saved"), "\(run)")
        #expect(run.errorText.contains("next: mkraft-ctl repair plan \(file.path)\n"), "\(run)")
      }
    }
    #expect(try file.bytes() == before && file.directory.names.sorted() == ["f", "forged", "plan"])
    // Files may be moved.
    let moved = try file.directory.file("moved", before).string
    let path = #""path": ""#
    let place = try #require(text.firstRange(of: path)).upperBound
    let rest = try #require(text[place...].firstRange(of: "\"")).lowerBound
    let named = try file.directory.file("named", Array((text[..<place] + moved + text[rest...]).utf8)).string
    let copied = try Run.tool("repair", "apply", named, "--to", target)
    #expect(copied.exit == 0, "\(copied)")
  }

  @Test func aFileInUseIsLeftAlone() throws {
    let file = try servedFile()
    try damage(file)
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let replica = try RunningReplica(file.path)
    for arguments in [
      ["repair", file.path.string], ["repair", "apply", plan, "--in-place", "--yes"],
      ["repair", "apply", plan, "--to", file.directory["new"].string], ["repair", "resume", file.path.string],
    ] {
      let run = try Run.tool(arguments)
      #expect(run.exit == 75 && run.errorText.contains("process \(replica.child.pid)"), "\(run)")
    }
  }

  @Test func sourcesOfOthersAreRefused() throws {
    let file = try servedFile()
    let other = try SmallFile()
    try damageBody(file)
    let before = try file.bytes()
    for (option, reason) in [("--backup", "another file"), ("--peer", "id of this very replica")] {
      let run = try Run.tool("repair", file.path.string, option, other.path.string)
      #expect(run.exit == 15 && run.errorText.contains(reason), "\(run)")
    }
    let foreign = file.directory["foreign"]
    #expect(
      try Run.tool(
        "format", foreign.string, "--cluster", "c2", "--replica", "0", "--replica-count", "1", "--slots", "64",
        "--message-size", "4K", "--sessions", "8"
      ).exit == 0)
    let run = try Run.tool("repair", file.path.string, "--backup", foreign.string)
    #expect(run.exit == 15 && run.errorText.contains("another cluster"), "\(run)")
    #expect(try file.bytes() == before)
  }

  @Test func anUndoAfterAReplicaRanIsRefused() throws {
    let file = try servedFile()
    try damage(file)
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    #expect(try Run.tool("repair", "apply", plan, "--in-place", "--yes").exit == 0)
    let replica = try RunningReplica(file.path)
    #expect(try replica.stop().exit == 0)
    let before = try file.bytes()
    let run = try Run.tool("repair", "undo", try undoLog(file).string)
    #expect(run.exit == 15 && run.errorText.contains("nothing was written"), "\(run)")
    #expect(try file.bytes() == before)
  }

  @Test func noRoomForTheUndoLogLeavesTheFileAsItWas() throws {
    let file = try servedFile()
    try damage(file)
    let before = try file.bytes()
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let run = try Run.shell(#"ulimit -f 16; exec "$0" "$@""#, ["repair", "apply", plan, "--in-place", "--yes"])
    #expect(run.exit == 73 && run.errorText.contains("as it was"), "\(run)")
    #expect(try file.bytes() == before && file.directory.names == ["f", "plan"])
  }

  @Test func documentsAreJSON() throws {
    let file = try servedFile()
    try damage(file)
    let plan = file.directory["plan"]
    let shown = try Run.tool("repair", file.path.string, "--to", plan.string, "--output", "json")
    let document = try #require(JSONDocument(parsing: shown.output))
    #expect(document["schema"]?.text == "mkraft-ctl-repair-plan" && document["actions"]?.elements?.count == 2)
    let first = try #require(document["actions"]?.elements?.first)
    #expect(first["method"]?.text == "superblock-from-quorum" && first["risk"]?.text == "safe")
    #expect(first["rule"]?.text == "R9" && first["offset"]?.text == "0" && first["byte_count"]?.text == "16384")
    #expect(JSONDocument(parsing: try readAll(plan))?["actions"] == document["actions"])
    let applied = try Run.tool("repair", "apply", plan.string, "--in-place", "--yes", "--output", "ndjson")
    let result = try #require(JSONDocument(parsing: applied.output))
    #expect(result["outcome"]?.text == "applied" && result["exit"]?["code"]?.integer(Int.self) == 0)
    #expect(result["undo_log"]?.text == absolute(try undoLog(file)))
  }

  private func absolute(_ path: FilePath) -> String { path.string }

  // MARK: Interrupted

  /// A file whose repair the power cut in the middle, its undo log, and how it was before.
  private func interrupted() throws -> (directory: TemporaryDirectory, file: FilePath, log: FilePath, damaged: [UInt8])
  {
    let directory = try TemporaryDirectory()
    let loaded = try LoadedFile()
    loaded.storage.zero(loaded.home(1)..<loaded.home(1) + 16384)
    loaded.storage.zero(loaded.geometry.headerOffset(slot: 1)..<loaded.geometry.headerOffset(slot: 1) + 256)
    let damaged = try readAll(try loaded.save(in: directory, as: "damaged"))
    let (file, log) = (directory["f"], directory["f.undo"])
    let interrupted = try InterruptedRepair(loaded.storage, file: file, log: log)
    _ = try directory.file("f", holding: interrupted.file)
    _ = try directory.file("f.undo", holding: interrupted.log)
    return (directory, file, log, damaged)
  }

  @Test func anInterruptedRepairIsFinished() throws {
    let (directory, file, log, _) = try interrupted()
    defer { withExtendedLifetime(directory) {} }
    for command in ["start", "status", "verify-checksums", "repair"] {
      let run = try Run.tool(command, file.string)
      #expect(run.exit == 13, "\(run)")
      #expect((run.outputText + run.errorText).contains(log.string), "\(run)")
    }
    let refused = try Run.tool("start", file.string)
    #expect(
      refused.errorText.contains("repair-in-progress") && refused.errorText.contains("repair resume"), "\(refused)")
    let resumed = try Run.tool("repair", "resume", file.string)
    #expect(resumed.exit == 0 && resumed.outputText.contains("repair finished"), "\(resumed)")
    let again = try Run.tool("repair", "resume", file.string)
    #expect(again.exit == 0 && again.outputText.contains("unchanged"), "\(again)")
    #expect(try Run.tool("verify-checksums", file.string).exit == 0)
  }

  @Test func anInterruptedRepairIsTakenBack() throws {
    let (directory, file, log, damaged) = try interrupted()
    defer { withExtendedLifetime(directory) {} }
    let run = try Run.tool("repair", "undo", log.string)
    #expect(run.exit == 10 && run.outputText.contains("taken back"), "\(run)")
    #expect(try readAll(file) == damaged)
  }

  @Test func aLostLogIsNamed() throws {
    let (directory, file, log, _) = try interrupted()
    let moved = directory["moved"]
    #expect(unsafe log.withPlatformString { from in unsafe moved.withPlatformString { unsafe rename(from, $0) } } == 0)
    let lost = try Run.tool("repair", "resume", file.string)
    #expect(lost.exit == 66 && lost.errorText.contains(log.string), "\(lost)")
    #expect(lost.errorText.contains("next: mkraft-ctl recover plan --abandon-repair \(file)\n"), "\(lost)")
    #expect(lost.errorText.contains("mkraft-ctl repair resume --undo LOG \(file)"), "\(lost)")
    let json = try Run.tool("repair", "resume", file.string, "--output", "json")
    #expect(JSONDocument(parsing: json.output)?["details"]?.elements?.count == 2, "\(json)")
    // One that is damaged is of no more use.
    _ = try directory.file("f.undo", Array(try readAll(moved).dropLast(4096)))
    let broken = try Run.tool("repair", "resume", file.string)
    #expect(broken.exit == 15 && broken.errorText.contains("undo log damaged"), "\(broken)")
    #expect(broken.errorText.contains("next: mkraft-ctl recover plan --abandon-repair \(file)\n"), "\(broken)")
    let found = try Run.tool("repair", "resume", file.string, "--undo", moved.string)
    #expect(found.exit == 0, "\(found)")
  }

  /// Killed at any moment: the file is as it was, or the repair is there to be finished or taken back.
  @Test func aKilledRepairIsFinishedOrTakenBack() throws {
    let file = try servedFile()
    let geometry = try file.superblock().geometry
    for slot in stride(from: 1, to: 5, by: 1) {
      try file.overwrite(at: geometry.headerOffset(slot: slot) + 30, with: [0xA5, 0xA5, 0xA5])
    }
    try damage(file)
    let damaged = try file.bytes()
    let plan = file.directory["plan"].string
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    for attempt in 0..<12 {
      let log = file.directory["log\(attempt)"].string
      let child = try ChildProcess(
        [Run.builtTool.string, "repair", "apply", plan, "--in-place", "--yes", "--undo", log])
      usleep(UInt32(attempt) * 5000)
      child.send(SIGKILL)
      _ = try child.finish()
      let isMarked = RepairMarkScan.find(try FileStorage.open(file.path, for: .reading(cached: true)), geometry) != nil
      if isMarked, attempt % 2 == 0 { #expect(try Run.tool("repair", "resume", file.path.string).exit == 0) }
      guard try file.bytes() != damaged else { continue }
      let undone = try Run.tool("repair", "undo", log)
      #expect(undone.exit == 10, "\(undone)")
      #expect(try file.bytes() == damaged)
    }
  }

  // MARK: Places

  @Test func aReadOnlyFileIsCopied() throws {
    guard geteuid() != 0 else { return }
    let file = try servedFile()
    try damage(file)
    let plan = file.directory["plan"].string
    #expect(unsafe file.path.withPlatformString { unsafe chmod($0, 0o400) } == 0)
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let run = try Run.tool("repair", "apply", plan, "--in-place", "--yes")
    #expect(run.exit == 77, "\(run)")
    #expect(try Run.tool("repair", "apply", plan, "--to", file.directory["new"].string).exit == 0)
  }

  @Test func theUndoLogMayLieElsewhere() throws {
    let shared = FilePath("/dev/shm")
    guard let elsewhere = try? TemporaryDirectory(below: shared) else { return }
    let file = try servedFile()
    try damage(file)
    let damaged = try file.bytes()
    let (plan, log) = (file.directory["plan"].string, elsewhere["log"].string)
    #expect(try Run.tool("repair", file.path.string, "--to", plan).exit == 10)
    let applied = try Run.tool("repair", "apply", plan, "--in-place", "--yes", "--undo", log)
    #expect(applied.exit == 0 && applied.outputText.contains(log), "\(applied)")
    #expect(try Run.tool("repair", "undo", log).exit == 10)
    #expect(try file.bytes() == damaged && file.directory.names == ["f", "plan"])
  }

  @Test func usage() throws {
    let file = try SmallFile()
    for arguments in [
      ["repair", "apply", "p"], ["repair", "apply", "p", "--in-place", "--to", "n"],
      ["repair", "apply", "p", "--to", "n", "--undo", "u"], ["repair", file.path.string, "--allow", "everything"],
    ] {
      let run = try Run.tool(arguments)
      #expect(run.exit == 64, "\(run)")
    }
    let missing = try Run.tool("repair", file.path.string + "-missing")
    #expect(missing.exit == 66, "\(missing)")
    let sound = try Run.tool("repair", file.path.string)
    #expect(sound.exit == 0 && sound.outputText.contains("nothing to do"), "\(sound)")
  }
}
