import MKraftOutput
import Testing

@Suite struct JSONWriterTests {
  private func sample(_ json: JSONWriter) {
    json.object {
      json.field("name", "wal")
      json.field("op", 18_446_744_073_709_551_615 as UInt64)
      json.field("slot", 7 as UInt32)
      json.field("count", -3)
      json.field("clean", true)
      json.field("parent", nil as UInt64?)
      json.field("checksum", hex: 0xAB)
      json.array("empty") {}
      json.object("none") {}
      json.array("slots") {
        json.value(1)
        json.object { json.field("x", 1.5) }
      }
    }
  }

  @Test func compactIsOneLine() {
    #expect(
      json { sample($0) } == """
        {"name":"wal","op":"18446744073709551615","slot":7,"count":-3,"clean":true,"parent":null,\
        "checksum":"000000000000000000000000000000ab","empty":[],"none":{},"slots":[1,{"x":1.5}]}

        """)
  }

  @Test func prettyIsIndentedByTwo() {
    #expect(
      json(.pretty) { sample($0) } == """
        {
          "name": "wal",
          "op": "18446744073709551615",
          "slot": 7,
          "count": -3,
          "clean": true,
          "parent": null,
          "checksum": "000000000000000000000000000000ab",
          "empty": [],
          "none": {},
          "slots": [
            1,
            {
              "x": 1.5
            }
          ]
        }

        """)
  }

  @Test func compactDocumentsAreOneALine() {
    let text = json {
      $0.value(1)
      $0.value([2, 3])
      $0.value("x")
    }
    #expect(text == "1\n[2,3]\n\"x\"\n")
  }

  @Test func wideIntegersAreStrings() {
    #expect(json { $0.value(UInt64.max) } == "\"18446744073709551615\"\n")
    #expect(json { $0.value(Int64.min) } == "\"-9223372036854775808\"\n")
    #expect(json { $0.value(UInt128.max) } == "\"340282366920938463463374607431768211455\"\n")
    #expect(json { $0.value(UInt32.max) } == "4294967295\n")
    #expect(json { $0.value(UInt16.max) } == "65535\n")
    #expect(json { $0.value(UInt8.max) } == "255\n")
    #expect(json { $0.value(Int32.min) } == "-2147483648\n")
  }

  @Test func doublesAreFiniteOrNull() {
    #expect(json { $0.value(0.25) } == "0.25\n")
    #expect(json { $0.value(-2.0) } == "-2.0\n")
    #expect(json { $0.value(Double.infinity) } == "null\n")
    #expect(json { $0.value(Double.nan) } == "null\n")
  }

  @Test func stringsAreEscapedToPrintableASCII() {
    #expect(json { $0.value("a\"b\\c/d") } == #""a\"b\\c/d""# + "\n")
    #expect(json { $0.value("\u{8}\t\n\u{C}\r\u{0}\u{1F}\u{7F}") } == #""\b\t\n\f\r\u0000\u001f\u007f""# + "\n")
    // A C1 control, a bidirectional override, and a character beyond 16 bits.
    #expect(json { $0.value("\u{9B}\u{202E}é\u{1F600}") } == #""\u009b\u202e\u00e9\ud83d\ude00""# + "\n")
    #expect(json { json in json.object { json.field("k\n" as String, 1) } } == #"{"k\n":1}"# + "\n")
  }

  @Test func everyScalarSurvives() throws {
    // Judged by the standard library's own UTF-16 view, not by the code under test.
    for value: UInt32 in stride(from: 0x80, through: 0x10FFFF, by: 97) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let units = String(Character(scalar)).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
      #expect(json { $0.value(String(Character(scalar))) } == "\"\(units.joined())\"\n")
    }
  }

  @Test func illFormedBytesAreReplacedLikeTheStandardLibraryDoes() {
    let cases: [[UInt8]] = [
      [0x80], [0xFF, 0x41], [0xC0, 0xAF], [0xC3], [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x41], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98],
      [0xF1, 0x80, 0x80, 0xE1, 0x80, 0xC2, 0x62],
    ]
    for bytes in cases {
      let repaired = String(decoding: bytes, as: UTF8.self)
      #expect(json { $0.string(utf8: bytes.span) } == json { $0.value(repaired) }, "\(bytes)")
    }
    let cut: [UInt8] = [0xE2, 0x82]
    #expect(json { $0.string(utf8: cut.span) } == #""\ufffd""# + "\n")
  }

  @Test func randomBytesGiveTheTextTheyDecodeTo() {
    var state: UInt64 = 42
    for _ in 0..<2000 {
      var bytes: [UInt8] = []
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Mostly leading and continuing bytes, to meet ill-formed sequences often.
        bytes.append(UInt8(truncatingIfNeeded: state >> 56) | (state & 1 << 40 == 0 ? 0x80 : 0))
      }
      let repaired = String(decoding: bytes, as: UTF8.self)
      #expect(json { $0.string(utf8: bytes.span) } == json { $0.value(repaired) }, "\(bytes)")
    }
  }

  @Test func bytesAreHexadecimal() {
    let bytes: [UInt8] = [0xDE, 0xAD]
    #expect(json { json in json.object { json.field("raw", hex: bytes.span) } } == #"{"raw":"dead"}"# + "\n")
    #expect(json { json in json.object { json.field("id", hex: nil) } } == #"{"id":null}"# + "\n")
  }

  @Test func documentsNameTheirSchema() {
    let text = json { json in
      json.document(JSONSchema("mkraft-ctl-status", version: 2), toolVersion: "1.0") {
        json.field("x", OutputFormat.json)
      }
    }
    #expect(text == #"{"schema":"mkraft-ctl-status","schema_version":2,"tool_version":"1.0","x":"json"}"# + "\n")
  }

  @Test func nestingReachesItsLimit() {
    let depth = JSONWriter.maxDepth
    let text = json { json in
      for _ in 0..<depth { json.beginArray() }
      for _ in 0..<depth { json.endArray() }
      #expect(json.isComplete)
    }
    #expect(text == String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "\n")
  }

  @Test func membersFollowInnerContainers() {
    // What an inner container does must not show in the outer one.
    let text = json { json in
      json.object {
        json.array("a") { json.object {} }
        json.field("b", 1)
        json.object("c") { json.array("d") { json.value(1) } }
        json.field("e", 2)
      }
    }
    #expect(text == #"{"a":[{}],"b":1,"c":{"d":[1]},"e":2}"# + "\n")
  }

  @Test func misuseStopsTheProcess() async {
    await #expect(processExitsWith: .failure) {
      JSONWriter(.memory(), layout: .compact).endObject()
    }
    await #expect(processExitsWith: .failure) {
      let json = JSONWriter(.memory(), layout: .compact)
      json.beginObject()
      json.number(1)
    }
    await #expect(processExitsWith: .failure) {
      let json = JSONWriter(.memory(), layout: .compact)
      json.beginObject()
      json.key("a")
      json.endObject()
    }
    await #expect(processExitsWith: .failure) {
      let json = JSONWriter(.memory(), layout: .compact)
      json.beginArray()
      json.key("a")
    }
    await #expect(processExitsWith: .failure) {
      let json = JSONWriter(.memory(), layout: .compact)
      for _ in 0...JSONWriter.maxDepth { json.beginArray() }
    }
    await #expect(processExitsWith: .failure) {
      let json = JSONWriter(.memory(), layout: .pretty)
      json.number(1)
      json.number(2)
    }
  }
}
