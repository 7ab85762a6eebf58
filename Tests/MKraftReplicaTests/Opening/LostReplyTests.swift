import MKraftFormat
import MKraftReplica
import MKraftStorage
import Testing

@Suite("Replies of a checkpoint that are not there any more")
struct LostReplyTests {
  /// A file behind its first checkpoint, which one client was quiet before, in slot 0, and another one goes on behind, in slot 1.
  private func make() throws -> (rig: KeyValueRig, quiet: TestMessage, busy: TestMessage) {
    let rig = try KeyValueRig(try TestFile.format())
    var clients = [TestClient(1), TestClient(2)]
    for index in clients.indices { try rig.register(&clients[index]) }
    let quiet = clients[0].put("quiet", [1])
    _ = try rig.ask(quiet)
    var busy = quiet
    while rig.status.head < UInt64(rig.geometry.checkpointInterval) + 3 {
      busy = clients[1].put("busy", [2])
      _ = try rig.ask(busy)
    }
    #expect(rig.status.checkpoint == UInt64(rig.geometry.checkpointInterval))
    return (rig, quiet, busy)
  }

  @Test func aReplyThatNothingBringsBackIsNamed() throws {
    let (rig, _, _) = try make()
    rig.storage.flipBit(at: 8 * (rig.geometry.replyOffset(slot: 0) + 100))
    do throws(OpeningRefusal) {
      _ = try Opening.read(rig.storage)
      Issue.record("it was opened")
    } catch {
      guard case .repliesLost(let slots) = error else {
        Issue.record("\(error.name)")
        return
      }
      #expect(slots == [0])
    }
  }

  @Test func aReplyThatTheLogMakesAgainIsNotMissed() throws {
    let (rig, quiet, busy) = try make()
    var generator = SplitMix64(seed: 1)
    rig.storage.garbage(rig.geometry.replyRange(1), using: &generator)
    let again = try KeyValueRig(rig.storage)
    let head = again.status.head
    for message in [quiet, busy] { #expect(try again.ask(message).header.command == .reply) }
    #expect(again.status.head == head, "they were answered, not executed again")
  }
}
