import MKraftForensics
import MKraftFormat
import Testing

/// What two replicas answer is told apart, whatever it is that they do not have in common.
@Suite struct DrillAnswersTests {
  private let pairs = (0..<3000).map { number in
    KeyValuePair(key: Array("key/\(1000 + number)".utf8), value: Array("value \(number)".utf8))
  }
  private let replies = (1...5).map { client in
    DrillAnswers.Reply(client: UInt128(client), answer: .results(op: UInt64(client), checksum: 7))
  }

  private func answers(_ pairs: [KeyValuePair], _ replies: [DrillAnswers.Reply]) -> DrillAnswers {
    var answers = DrillAnswers()
    for reply in replies { answers.add(reply) }
    for pair in pairs { answers.add(pair) }
    return answers
  }

  @Test func sameAnswersDoNotDiffer() {
    let one = answers(pairs, replies)
    #expect(one.differences(in: answers(pairs, replies)) == [] && one == answers(pairs, replies))
    #expect(one.pairCount == 3000)
    #expect(answers([], []).differences(in: answers([], [])) == [])
  }

  @Test func everyOtherPairIsFound() {
    let one = answers(pairs, replies)
    for place in [0, 1, 1023, 1024, 1025, 2047, 2999] {
      var missing = pairs
      missing.remove(at: place)
      #expect(!one.differences(in: answers(missing, replies)).isEmpty, "without \(place)")
      var more = pairs
      more.insert(KeyValuePair(key: more[place].key + [0], value: []), at: place + 1)
      #expect(!one.differences(in: answers(more, replies)).isEmpty, "more after \(place)")
      var changed = pairs
      changed[place] = KeyValuePair(key: changed[place].key, value: changed[place].value + [0])
      #expect(one.differences(in: answers(changed, replies)).count == 1, "another value at \(place)")
      // The same bytes, otherwise divided.
      var moved = pairs
      moved[place] = KeyValuePair(
        key: moved[place].key + moved[place].value.prefix(1), value: Array(moved[place].value.dropFirst()))
      #expect(one.differences(in: answers(moved, replies)).count == 1, "another key at \(place)")
    }
    #expect(one.differences(in: answers([], replies)) == ["0 keys, where 3000 were"])
    #expect(!answers([], replies).differences(in: one).isEmpty)
  }

  @Test func theFirstRunThatDiffersIsNamed() {
    var changed = pairs
    changed[1500] = KeyValuePair(key: changed[1500].key, value: [])
    let found = answers(pairs, []).differences(in: answers(changed, []))
    #expect(found == ["other keys or values from key key/2024 on, within 1024 keys"])
  }

  @Test func everyOtherReplyIsFound() {
    let one = answers(pairs, replies)
    for place in replies.indices {
      let client = replies[place].client
      for answer: DrillAnswers.Reply.Answer in [
        .results(op: 99, checksum: 7), .results(op: UInt64(place) + 1, checksum: 8),
        .refused(reason: "session-unknown"),
      ] {
        var changed = replies
        changed[place] = DrillAnswers.Reply(client: client, answer: answer)
        #expect(one.differences(in: answers(pairs, changed)).count == 1)
      }
    }
    #expect(one.differences(in: answers(pairs, [])).count == replies.count)
  }
}
