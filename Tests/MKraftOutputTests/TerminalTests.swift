import MKraftOutput
import SystemPackage
import Testing

@Suite struct ColorTests {
  @Test func choiceTerminalAndNoColorDecide() {
    let terminal = Terminal(isInteractive: true)
    let file = Terminal(isInteractive: false)
    #expect(ColorChoice.auto.isEnabled(on: terminal, noColor: nil))
    #expect(ColorChoice.auto.isEnabled(on: terminal, noColor: ""))
    #expect(!ColorChoice.auto.isEnabled(on: terminal, noColor: "1"))
    #expect(!ColorChoice.auto.isEnabled(on: file, noColor: nil))
    #expect(ColorChoice.always.isEnabled(on: file, noColor: "1"))
    #expect(!ColorChoice.never.isEnabled(on: terminal, noColor: nil))
  }

  @Test func aPipeIsNoTerminal() throws {
    let pipe = try FileDescriptor.pipe()
    defer {
      try? pipe.readEnd.close()
      try? pipe.writeEnd.close()
    }
    #expect(Terminal(of: pipe.writeEnd) == Terminal(isInteractive: false, columns: 80))
    #expect(ColorChoice.auto.style(for: pipe.writeEnd) == .plain)
    #expect(ColorChoice.always.style(for: pipe.writeEnd).isEnabled)
  }

  @Test func tonesWriteNothingWhenOff() {
    for tone in Tone.allCases {
      #expect(written { Style.plain.write("x", tone, to: $0) } == "x")
    }
    let style = Style(isEnabled: true)
    #expect(written { style.write("x", .plain, to: $0) } == "x")
    #expect(written { style.write("x", .bold, to: $0) } == "\u{1B}[1mx\u{1B}[0m")
    #expect(written { style.write("x", .dim, to: $0) } == "\u{1B}[2mx\u{1B}[0m")
    #expect(written { style.write("x", .red, to: $0) } == "\u{1B}[31mx\u{1B}[0m")
    #expect(written { style.write("x", .yellow, to: $0) } == "\u{1B}[33mx\u{1B}[0m")
    #expect(written { style.write("x", .green, to: $0) } == "\u{1B}[32mx\u{1B}[0m")
  }

  @Test func choicesAreWhatOptionsAreCalled() {
    #expect(OutputFormat.allCases.map(\.rawValue) == ["text", "json", "ndjson"])
    #expect(ColorChoice.allCases.map(\.rawValue) == ["auto", "always", "never"])
    #expect(ProgressChoice.allCases.map(\.rawValue) == ["auto", "json", "never"])
    #expect(OutputFormat.text.layout == nil)
    #expect(OutputFormat.json.layout == .pretty)
    #expect(OutputFormat.ndjson.layout == .compact)
  }
}

@Suite struct ProgressTests {
  /// A clock that moves when told to.
  private final class Clock {
    var instant = ContinuousClock.now
    func advance(_ milliseconds: Int) { instant += .milliseconds(milliseconds) }
  }

  private let clock = Clock()
  private let sink = ByteSink.memory()

  private func progress(
    _ unit: Progress.Unit = .bytes, total: UInt64?, _ choice: ProgressChoice, columns: Int = 80,
    isInteractive: Bool = true
  ) -> Progress {
    let clock = clock
    return Progress(
      "verify", of: unit, total: total, choice: choice, sink: sink,
      terminal: Terminal(isInteractive: isInteractive, columns: columns), now: { clock.instant })
  }

  /// What was written since the last call.
  private func output() -> String {
    defer { sink.removeAll() }
    return sink.text
  }

  @Test func shortWorkShowsNothing() {
    let progress = progress(total: 100, .auto)
    clock.advance(499)
    progress.update(50)
    progress.finish()
    #expect(output() == "")
  }

  @Test func barAppearsIsRedrawnAndGoes() {
    let progress = progress(total: 4 << 30, .auto, columns: 70)
    clock.advance(1000)
    progress.update(1 << 30)
    // 70 columns, one of them free: 69 - 6 for "verify", 36 for the facts, 6 for brackets and spaces leave 21.
    #expect(output() == "\r" + "verify  [#####----------------]  25%  1.0 GiB/s  3.0 s left" + "\u{1B}[K")
    clock.advance(99)
    progress.update(2 << 30)
    #expect(output() == "")
    clock.advance(901)
    progress.update(2 << 30)
    #expect(output() == "\r" + "verify  [##########-----------]  50%  1.0 GiB/s  2.0 s left" + "\u{1B}[K")
    progress.clear()
    #expect(output() == "\r\u{1B}[K")
    progress.clear()
    progress.finish()
    #expect(output() == "")
    clock.advance(1000)
    progress.update(4 << 30)
    #expect(output() == "")
  }

  @Test func finishTakesTheBarAway() {
    let progress = progress(total: 10, .auto)
    clock.advance(500)
    progress.update(10)
    #expect(output().contains("100%"))
    progress.finish()
    #expect(output() == "\r\u{1B}[K")
  }

  @Test func narrowTerminalsGetNoBarAndNoWrap() {
    for columns in 0...40 {
      let progress = progress(total: 4 << 30, .auto, columns: columns)
      clock.advance(1000)
      progress.update(1 << 30)
      let line = output().dropFirst().dropLast(3)
      #expect(line == "verify  25%  1.0 GiB/s  3.0 s left".prefix(max(0, columns - 1)))
    }
  }

  @Test func oddCountsAreShownSoberly() {
    // More done than there was to do, nothing to do, nothing done, and an unknown total.
    for (done, total, text) in [
      (20, 10, "100%  20 B/s  0 ns left"), (0, 0, "100%  0 B/s"), (0, 10, "0%  0 B/s"), (12, nil, "12 B  12 B/s"),
    ] as [(UInt64, UInt64?, String)] {
      let progress = progress(total: total, .auto, columns: 200)
      clock.advance(1000)
      progress.update(done)
      #expect(output().dropLast(3).hasSuffix("  " + text))
    }
  }

  /// How many steps there are may be known only when the first is done.
  @Test func stepsAreCounted() {
    let bar = progress(.steps, total: nil, .auto, columns: 200)
    clock.advance(1000)
    bar.update(3, of: 12)
    #expect(output().dropLast(3).hasSuffix("  25%  step 3 of 12"))
    let lines = progress(.steps, total: 12, .json)
    clock.advance(1000)
    lines.update(3)
    let line = output()
    for member in [#""done_bytes":null"#, #""done_steps":"3""#, #""total_steps":"12""#, #""percent":25"#] {
      #expect(line.contains(member), "\(line)")
    }
  }

  @Test func nothingWithoutATerminalOrWhenNotWanted() {
    for progress in [progress(total: 10, .auto, isInteractive: false), progress(total: 10, .never)] {
      clock.advance(5000)
      progress.update(5)
      progress.finish()
    }
    #expect(output() == "")
  }

  @Test func machinesGetALineASecondAndALastOne() {
    let progress = progress(total: 4000, .json, isInteractive: false)
    clock.advance(999)
    progress.update(500)
    #expect(output() == "")
    clock.advance(1)
    progress.update(1000)
    #expect(
      output() == """
        {"schema":"mkraft-ctl-progress","schema_version":1,"task":"verify","done_bytes":"1000","total_bytes":"4000",\
        "percent":25,"bytes_per_second":"1000","elapsed_ms":"1000","remaining_ms":"3000","finished":false}

        """)
    clock.advance(500)
    progress.update(1500)
    #expect(output() == "")
    progress.finish()
    let last = output()
    #expect(last.contains(#""done_bytes":"1500""#))
    #expect(last.hasSuffix("\"finished\":true}\n"))
    progress.finish()
    #expect(output() == "")
  }
}
