internal import MKraftFormat
internal import MKraftOutput
internal import MKraftServer

/// One batch of writes, executed in a session of its own.
struct KeyValueWrite {
  let events: [KeyValueEvent]
  let options: KeyValueOptions

  func perform(on console: Console) throws(Failure) -> ExitCode {
    let events = events
    let answer = try options.call { (store) async throws(KeyValueError) in try await store.session().execute(events) }
    return KeyValueReport(events: events, answer: answer, isHex: options.hex).render(on: console)
  }
}
