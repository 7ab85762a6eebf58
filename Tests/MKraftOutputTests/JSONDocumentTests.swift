import MKraftOutput
import Testing

@Suite struct JSONDocumentTests {
  private func parse(_ text: String) -> JSONDocument? { JSONDocument(parsing: Array(text.utf8)) }

  @Test func readsWhatIsWritten() throws {
    let sink = ByteSink.memory()
    let json = JSONWriter(sink, layout: .pretty)
    json.object {
      json.field("text", "a \"quoted\" \\ \n \u{1F600} \u{0}")
      json.field("wide", UInt64.max)
      json.field("number", -12)
      json.field("flag", true)
      json.field("nothing", String?.none)
      json.array("list") { for index in 0..<3 { json.number(index) } }
    }
    let document = try #require(JSONDocument(parsing: sink.bytes))
    #expect(document["text"]?.text == "a \"quoted\" \\ \n \u{1F600} \u{0}")
    #expect(document["wide"]?.integer(UInt64.self) == .max && document["wide"]?.integer(Int.self) == nil)
    #expect(document["number"]?.integer(Int.self) == -12 && document["number"]?.integer(UInt8.self) == nil)
    #expect(document["flag"]?.flag == true && document["nothing"]?.isNull == true)
    #expect(document["list"]?.elements?.compactMap { $0.integer(Int.self) } == [0, 1, 2])
    #expect(document["other"] == nil)
  }

  @Test func refusesWhatIsNotJSON() {
    for text in [
      "", "{", "[1", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "tru", "\"", "\"\\x\"", "\"\\u12\"", "1 2", "-",
      "{1:2}",
      "{\"a\":1,\"a\":2}", "nul", "\"\u{1}\"",
    ] {
      #expect(parse(text) == nil, "\(text)")
    }
    #expect(parse(String(repeating: "[", count: 100_000)) == nil)
    #expect(parse(" [ ] ") == .array([]) && parse("{}") == .object([:]))
  }

  /// Any bytes at all: no trap, and no hang.
  @Test func takesAnyBytes() {
    let valid = Array("{\"a\": [1, \"b\\u00e9\", null, true, {\"c\": -1.5e3}]}".utf8)
    for index in valid.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = valid
        changed[index] = byte
        _ = JSONDocument(parsing: changed)
      }
      _ = JSONDocument(parsing: Array(valid[..<index]))
    }
  }
}
