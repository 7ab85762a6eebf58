import MKraftOutput
import Testing

@Suite struct EscapeTests {
  @Test func hostileBytesBecomeVisible() {
    let bytes: [UInt8] = [0x1B, 0x5B, 0x32, 0x4A, 0x00, 0x0D, 0x0A, 0x7F, 0x9B, 0xE2, 0x80, 0xAE, 0xFF]
    #expect(Escape.text(bytes.span) == #"\x1b[2J\x00\x0d\x0a\x7f\x9b\xe2\x80\xae\xff"#)
    #expect(Escape.text("say \"\\x41\"") == #"say \"\\x41\""#)
    #expect(Escape.text("caf\u{E9}") == #"caf\xc3\xa9"#)
    #expect(Escape.text("") == "")
  }

  @Test func everyByteIsPrintableAndDistinct() {
    var seen: Set<String> = []
    for byte in UInt8.min...UInt8.max {
      let text = Escape.text([byte].span)
      #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
      seen.insert(text)
    }
    #expect(seen.count == 256)
  }

  @Test func shellWordsAreQuotedOnlyIfNeeded() {
    #expect(Escape.shell("/var/lib/mkraft/0.data") == "/var/lib/mkraft/0.data")
    #expect(Escape.shell("") == "''")
    #expect(Escape.shell("a b") == "'a b'")
    #expect(Escape.shell("$(reboot);`x`&") == "'$(reboot);`x`&'")
    #expect(Escape.shell("it's") == #"'it'\''s'"#)
    #expect(Escape.shell("~") == "'~'")
    #expect(Escape.shell("a\\b") == #"'a\b'"#)
    #expect(Escape.shell("a\n'\\\u{E9}1") == #"$'a\012\'\\\303\2511'"#)
    #expect(Escape.shellPath("-rf") == "./-rf")
    #expect(Escape.shellPath("--to x") == "'./--to x'")
  }

  @Test func commandsAreReadyToPaste() {
    let command = ShellCommand("repair", "plan").path("my file").word("--to").path("-plan")
    #expect(command.description == "mkraft-ctl repair plan 'my file' --to ./-plan")
  }
}

@Suite struct DiagnosticsTests {
  @Test func linesNameSubjectReasonAndNextStep() {
    let text = written {
      let diagnostics = Diagnostics($0)
      diagnostics.error("is a directory", of: "/tmp/x")
      diagnostics.error("no such file", of: "a\u{1B}[31m", next: ShellCommand("format").path("a b"))
      diagnostics.warning("cannot say \"how\" fast\n")
    }
    #expect(
      text == #"""
        mkraft-ctl: /tmp/x: is a directory
        mkraft-ctl: a\x1b[31m: no such file
        next: mkraft-ctl format 'a b'
        mkraft-ctl: warning: cannot say "how" fast\x0a

        """#)
  }

  @Test func colourIsOnlyAroundTheName() {
    let text = written { Diagnostics($0, style: Style(isEnabled: true)).error("no", of: "f") }
    #expect(text == "\u{1B}[31mmkraft-ctl:\u{1B}[0m f: no\n")
  }
}

@Suite struct TextTableTests {
  private let columns = [TextColumn("op", .right), TextColumn("state"), TextColumn("note")]

  @Test func columnsAreAlignedWithoutTrailingSpaces() {
    let text = written {
      let table = TextTable(columns, to: $0)
      table.row("1", "clean", "")
      table.row("1024", "torn", "last one")
      table.row("7", "", "x")
      table.row("8", "", "")
      table.finish()
    }
    #expect(
      text == """
          op  state  note
           1  clean
        1024  torn   last one
           7         x
           8

        """)
  }

  @Test func fixedWidthsStreamAndLongCellsPush() {
    let fixed = [TextColumn("slot", .right, width: 4), TextColumn("id", width: 6), TextColumn("n", .right, width: 2)]
    let sink = ByteSink.memory()
    let table = TextTable(fixed, to: sink)
    table.cell(decimal: 12)
    table.cell(hex: 0xABCD_EF01 << 96, digits: 6)
    table.cell { $0.writeHex(0xF as UInt64) }
    table.endRow()
    #expect(sink.text == "slot  id       n\n  12  abcdef   f\n")
    table.row("123456", "12345678", "1")
    #expect(sink.text.hasSuffix("\n123456  12345678   1\n"))
    table.finish()
    #expect(sink.text.hasSuffix("\n123456  12345678   1\n"))
  }

  @Test func idsAreCutFromTheirEnd() {
    let id: UInt128 = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210
    for digits in 1...32 {
      let text = written {
        let table = TextTable([TextColumn("")], to: $0, hasHeader: false)
        table.cell(hex: id, digits: digits)
        table.endRow()
        table.finish()
      }
      #expect(text == "0123456789abcdeffedcba9876543210".prefix(digits) + "\n")
    }
  }

  @Test func headerStandsWithoutRows() {
    #expect(written { TextTable(columns, to: $0).finish() } == "op  state  note\n")
  }

  @Test func colourDoesNotCountAsWidth() {
    let text = written {
      let table = TextTable(
        [TextColumn("a", .right), TextColumn("b")], to: $0, style: Style(isEnabled: true), hasHeader: false)
      table.cell("x", .red)
      table.cell("y")
      table.endRow()
      table.row("xyz", "z")
      table.finish()
    }
    #expect(text == "  \u{1B}[31mx\u{1B}[0m  y\nxyz  z\n")
  }

  @Test func widthsCountCharacters() {
    let text = written {
      let table = TextTable([TextColumn("a"), TextColumn("b")], to: $0)
      table.row("\u{2502}\u{2502}", "1")
      table.row("xx", "2")
      table.cell(escaped: "\t")
      table.cell("3")
      table.endRow()
      table.finish()
    }
    #expect(text == "a     b\n\u{2502}\u{2502}    1\nxx    2\n\\x09  3\n")
  }

  @Test func heldRowsAreBounded() {
    let sink = ByteSink.memory()
    let table = TextTable([TextColumn("n", .right)], to: sink)
    for index in 0..<TextTable.maxBufferedRows - 1 { table.row("\(index)") }
    #expect(sink.text == "")
    table.row("last")
    #expect(sink.text.utf8.count { $0 == UInt8(ascii: "\n") } == TextTable.maxBufferedRows + 1)
    // Further rows come at once, and no longer change the widths.
    table.row("123456")
    #expect(sink.text.hasSuffix("last\n123456\n"))
    table.row("x")
    #expect(sink.text.hasSuffix("\n   x\n"))
  }

  @Test func wrongNumberOfCellsStopsTheProcess() async {
    await #expect(processExitsWith: .failure) {
      let table = TextTable([TextColumn("a"), TextColumn("b")], to: .memory())
      table.cell("1")
      table.endRow()
    }
  }
}

@Suite struct FieldListTests {
  @Test func blocksAreAlignedUnderHeadings() {
    let text = written {
      let list = FieldList(to: $0)
      list.heading("identity")
      list.field("cluster", hex: 1, note: "agrees")
      list.field("op", decimal: 12)
      list.heading("state")
      list.field("term", "3", note: "bytes 8..16")
      list.field("a long value", String(repeating: "v", count: FieldList.valueWidthLimit + 1), note: "pushed")
      list.field("vote", "none", note: "-")
      list.finish()
    }
    #expect(
      text == """
        identity
          cluster  00000000000000000000000000000001  agrees
          op       12

        state
          term          3     bytes 8..16
          a long value  \(String(repeating: "v", count: FieldList.valueWidthLimit + 1))  pushed
          vote          none  -

        """)
  }

  @Test func withoutHeadingNothingIsIndented() {
    let text = written {
      let list = FieldList(to: $0, nameWidth: 6)
      list.field("a", "1")
      list.field("bc", "2", note: "n")
      list.finish()
      list.finish()
    }
    #expect(text == "a       1\nbc      2  n\n")
  }
}
