import Glibc
import MKraftFormat
import SystemPackage
import Testing

@Suite struct StartTests {
  @Test func whatWasWrittenOutlivesACleanStop() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(replica.ready.hasPrefix("ready 127.0.0.1:"), "\(replica.ready)")
    #expect(replica.number("term") == 1 && replica.number("head") == 1 && replica.number("commit") == 1)
    #expect(replica.number("pid") == Int(replica.child.pid))
    #expect(try replica.kv("put", "k", "v").exit == 0)
    let stopped = try replica.stop()
    #expect(stopped.exit == 0 && stopped.errors.isEmpty, "\(stopped)")
    // The no-op, the session, and the put.
    #expect(try file.superblock().clean?.op == 3)

    let again = try RunningReplica(file.path)
    #expect(again.number("term") == 2 && again.number("head") == 4)
    #expect(try file.superblock().clean == nil)
    let found = try again.kv("get", "k")
    #expect(found.exit == 0 && found.outputText == "v\n", "\(found)")
    #expect(try again.stop().exit == 0)
  }

  /// `timeout` sends its signal to the process and to its group, and an operator may press a key twice.
  @Test func signalsThatComeTogetherAskForOneCleanStop() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    replica.child.send(SIGTERM)
    replica.child.send(SIGINT)
    let stopped = try replica.child.finish()
    #expect(stopped.exit == 0 && stopped.errors.isEmpty, "\(stopped)")
    #expect(try file.superblock().clean?.op == 3)
    #expect(try Run.tool("verify-checksums", file.path.string, "--quiet").exit == 0)
  }

  @Test func whatWasAcknowledgedOutlivesAKill() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "1", "l", "2").exit == 0)
    #expect(try replica.kv("cas", "k", "--expect", "1", "--value", "3").exit == 0)
    try replica.kill()
    #expect(try file.superblock().clean == nil)
    let again = try RunningReplica(file.path)
    #expect(try again.kv("get", "k", "l").outputText == "k\t3\nl\t2\n")
  }

  @Test func interruptIsACleanStopToo() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    replica.child.send(SIGINT)
    #expect(try replica.child.finish().exit == 0)
    #expect(try file.superblock().clean?.op == 1)
  }

  @Test func readinessInJSONIsOneLine() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path, "--output", "json")
    let fileID = try file.superblock().fileID.hex
    for part in [
      #"{"schema":"mkraft-ctl-start","schema_version":1,"#, #""event":"ready""#, #""address":"127.0.0.1:"#,
      #""pid":\#(replica.child.pid),"#, #""file_id":"\#(fileID)""#, #""term":"1","head":"1","commit":"1""#,
      #""io":"threads""#, #""finding_count":0,"findings":[]"#,
    ] {
      #expect(replica.ready.contains(part), "\(part) in \(replica.ready)")
    }
    #expect(try replica.stop().exit == 0)
  }

  @Test func theReadyLineSaysHowTransfersGo() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path, "--io", "threads")
    #expect(replica.ready.hasSuffix(" io threads"), "\(replica.ready)")
    #expect(try replica.stop().exit == 0)
    // Not every system has it; then that is said, and the file is as it was.
    guard let ring = try? RunningReplica(file.path, "--io", "io_uring") else {
      let before = try file.bytes()
      let run = try Run.tool("start", file.path.string, "--io", "io_uring")
      #expect(run.exit == 73 && run.errorText.contains("io_uring cannot be used here"), "\(run)")
      #expect(try file.bytes() == before)
      return
    }
    #expect(ring.ready.hasSuffix(" io io_uring"), "\(ring.ready)")
    #expect(try ring.kv("put", "k", "v").exit == 0)
    #expect(try ring.stop().exit == 0)
  }

  @Test func secondStartIsToldWhoHoldsTheFile() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let second = try Run.tool("start", file.path.string)
    #expect(second.exit == 75 && second.output.isEmpty, "\(second)")
    #expect(second.errorText.contains("process \(replica.child.pid)"), "\(second)")
    // The first one is none the worse.
    #expect(try Run.tool("ping", replica.server).exit == 0)
  }

  @Test func portInUseLeavesTheFileAsItWas() throws {
    let file = try SmallFile()
    let before = try file.bytes()
    let taken = try LoopbackSocket(listening: ())
    let run = try Run.tool("start", file.path.string, "--listen", "127.0.0.1:\(taken.port)")
    #expect(run.exit == 73 && run.output.isEmpty, "\(run)")
    #expect(run.errorText.contains("127.0.0.1:\(taken.port): Address already in use"), "\(run)")
    #expect(try file.bytes() == before)
  }

  @Test func listeningForOthersIsSaid() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path, "--listen", "0.0.0.0:0")
    let stopped = try replica.stop()
    #expect(stopped.errorText.contains("not only for this machine"), "\(stopped)")
  }

  @Test func damagedSuperblockCopyIsHealedAndSaid() throws {
    let file = try SmallFile()
    let geometry = try file.superblock().geometry
    let noise = [UInt8](repeating: 0xA5, count: 64)
    try file.overwrite(at: geometry.offset(of: .superblock(2)) + 512, with: noise)
    let replica = try RunningReplica(file.path)
    #expect(replica.number("findings") == 1)
    let stopped = try replica.stop()
    #expect(stopped.exit == 0 && stopped.errorText.contains("superblock-copy-damaged (copy 2"), "\(stopped)")
    let again = try RunningReplica(file.path)
    #expect(again.number("findings") == nil)
  }

  @Test func garbageClosesItsOwnConnectionOnly() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let garbage = try LoopbackSocket(to: replica.port)
    try garbage.send([UInt8](repeating: 0x47, count: 300))
    #expect(garbage.isClosedByPeer())
    let put = try replica.kv("put", "k", "v")
    #expect(put.exit == 0, "\(put)")
    let stopped = try replica.stop()
    #expect(stopped.exit == 0 && stopped.errorText.contains("closed the connection of 127.0.0.1:"), "\(stopped)")
  }

  /// More entries than the ring has slots, a kill, and restarts that go on from a checkpoint.
  @Test func theRingWraps() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    let slots = Int(try file.superblock().geometry.slotCount)
    let count = 3 * slots
    let lines = (1...count).map { "put k\($0) v\($0)" }.joined(separator: "\n")
    let run = try replica.batch(lines, "--sessions", "1", "--batch-size", "1")
    #expect(run.exit == 0, "\(run)")
    try replica.kill()
    #expect(try file.superblock().checkpoint.op > UInt64(2 * slots))
    for start in 1...3 {
      let again = try RunningReplica(file.path)
      #expect(try again.kv("get", "k1").outputText == "v1\n")
      #expect(try again.kv("get", "k\(count)").outputText == "v\(count)\n")
      #expect(try again.kv("get", "k\(count + 1)").exit == 17)
      let scan = try again.kv("scan")
      #expect(scan.outputText.split(separator: "\n").count == count + start - 1, "\(scan)")
      #expect(try again.kv("put", "extra\(start)", "v").exit == 0)
      #expect(try again.stop().exit == 0)
    }
  }
}
