import Glibc
import SystemPackage
import Testing

/// A signal to a repair: it ends soon, says where the file stands, and both ways on are those that it names.
@Suite struct RepairSignalTests {
  private static let codes: [(signal: Int32, exit: Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 130)]

  /// Whether the signal found the repair in its middle.
  private func interrupt(_ scene: RepairScene, _ attempt: Int) throws -> Bool {
    let (signal, code) = Self.codes[attempt % Self.codes.count]
    try scene.write(scene.damaged)
    let log = scene.file.directory["log\(attempt)"]
    let child = try ChildProcess(
      [Run.builtTool.string, "repair", "apply", scene.plan, "--in-place", "--yes", "--undo", log.string])
    var looks = 0
    while !scene.file.directory.names.contains("log\(attempt)"), looks < 100_000 {
      looks += 1
      usleep(50)
    }
    usleep(UInt32(attempt / Self.codes.count) * 300)
    child.send(signal)
    let run = try child.finish()
    // Once it is done a signal is what it is to every process.
    guard let exit = run.exit, exit != 0 else { return false }
    #expect(exit == code && run.errorText.contains("interrupted"), "\(run)")
    guard try scene.isMarked() else {
      #expect(run.errorText.contains("the file is as it was"), "\(run)")
      #expect(try scene.file.bytes() == scene.damaged)
      #expect(!scene.file.directory.names.contains("log\(attempt)"), "a log of no use is left behind")
      return false
    }
    #expect(run.errorText.contains("next: mkraft-ctl repair resume \(scene.path)"), "\(run)")
    #expect(run.errorText.contains("mkraft-ctl repair undo \(log)"), "\(run)")
    #expect(try Run.tool("start", scene.path).exit == 13)
    if attempt % 2 == 0 {
      #expect(try Run.tool("repair", "resume", scene.path).exit == 0)
    } else {
      #expect(try Run.tool("repair", "undo", log.string).exit == 10)
      #expect(try scene.file.bytes() == scene.damaged)
    }
    return true
  }

  @Test func aSignalIsAnswered() throws {
    let scene = try RepairScene()
    var count = 0
    for attempt in 0..<60 where try interrupt(scene, attempt) {
      count += 1
      if count == 4 { break }
    }
    #expect(count > 0, "no signal found a repair in its middle")
  }

  @Test func aCopyThatIsInterruptedIsNone() throws {
    let scene = try RepairScene()
    for attempt in 0..<8 {
      let new = scene.file.directory["new\(attempt)"]
      let child = try ChildProcess([Run.builtTool.string, "repair", "apply", scene.plan, "--to", new.string])
      usleep(UInt32(attempt) * 4000)
      child.send(SIGINT)
      let run = try child.finish()
      let isThere = scene.file.directory.names.contains("new\(attempt)")
      if let exit = run.exit { #expect(isThere == (exit == 0) && [0, 130].contains(exit), "\(run)") }
      #expect(scene.file.directory.names.allSatisfy { !$0.hasPrefix(".") }, "\(scene.file.directory.names)")
    }
  }

  /// What was started with `nohup` outlives its terminal.
  @Test func aHangupThatIsIgnoredStaysSo() throws {
    let scene = try RepairScene()
    let run = try Run.shell(
      #"trap '' HUP; "$0" "$@" & sleep 0.01; kill -HUP $!; wait $!"#,
      ["repair", "apply", scene.plan, "--in-place", "--yes", "--undo", scene.log])
    #expect(run.exit == 0, "\(run)")
  }
}
