import Glibc
import SystemPackage
import Testing

/// Every committed file gets the verdict that the table gives it, from every command, and `start` does as the verdict says.
@Suite struct FixtureTests {
  /// Of the log only the slots that hold or held something; as in Tests/Fixtures/update.
  private static let commands = [
    ["inspect-superblock"], ["dump-wal", "--op", "..24"], ["verify-checksums"], ["status"],
  ]

  /// No file without a row, no row without its files.
  @Test func tableAndFilesAgree() throws {
    let names = try Run.shell("ls \"$1\"", [Fixture.directory.string]).outputText.split(separator: "\n").map(
      String.init)
    let committed = names.compactMap { $0.hasSuffix(".mkraft.gz") ? String($0.dropLast(".mkraft.gz".count)) : nil }
    #expect(committed.sorted() == Fixture.all.map(\.name).sorted())
    let expected = try Run.shell("ls \"$1/expected\"", [Fixture.directory.string]).outputText.split(separator: "\n")
    let wanted = Fixture.all.flatMap { row in Self.commands.map { "\(row.name).\($0[0]).json" } + ["\(row.name).txt"] }
    #expect(expected.map(String.init).sorted() == wanted.sorted())
  }

  @Test(arguments: Fixture.all) func isReadAsTheTableSays(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let path = try fixture.unpack(in: directory)
    let before = try readAll(path)
    for command in Self.commands {
      let run = try read(command, fixture, in: directory)
      #expect(run.exit == fixture.exits[command[0]], "\(command): \(run)")
      let expected = try String(decoding: fixture.expected(command[0]), as: UTF8.self)
      #expect(firstDifference(comparable(run.outputText), expected) == nil, "\(command)")
      if command[0] == "verify-checksums" {
        #expect(counts(run.outputText) == fixture.findings)
        #expect(run.outputText.contains(#""start": "\#(fixture.start)""#))
        let reason = fixture.start == "refuses" ? fixture.reason.map { "\"\($0)\"" } ?? "" : "null"
        #expect(run.outputText.contains("\"start_reason\": \(reason)"), "\(run)")
      }
    }
    #expect(try readAll(path) == before && directory.names == [fixture.name + ".mkraft"], "reading writes nothing")
  }

  /// Every command that stands in the committed text gives the answer that stands below it.
  @Test(arguments: Fixture.all) func isToldAsCommitted(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let answers = try FixtureAnswer.committed(for: fixture)
    for name in Set(answers.flatMap(\.files)) {
      _ = try #require(Fixture.all.first { $0.name == name }, "\(name)").unpack(in: directory)
    }
    for answer in answers {
      let run = try Run.shell(#"cd "$1" && shift && exec "$0" "$@" 2>&1"#, [directory.path.string] + answer.arguments)
      #expect(firstDifference(run.outputText, answer.text) == nil, "\(answer.arguments)")
      #expect(run.exit == answer.exit, "\(answer.arguments)")
    }
    let commands = answers.map { $0.arguments[0] }
    #expect(commands.first == "map" && commands.last == "diff")
    #expect(commands.contains("explain") && commands.contains("hexdump"))
    // The map judges the whole file.
    #expect(answers.first?.exit == fixture.exits["verify-checksums"])
  }

  @Test(arguments: Fixture.all) func startsAsTheTableSays(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    let path = try fixture.unpack(in: directory)
    guard let exitAfter = fixture.exitAfter else {
      let before = try readAll(path)
      let run = try Run.tool("start", path.string)
      #expect(run.exit == fixture.startExit && run.output.isEmpty, "\(run)")
      #expect(run.errorText.contains(try #require(fixture.reason)) && run.errorText.contains(path.string), "\(run)")
      #expect(try fixture.start != "refuses" || readAll(path) == before, "a refused file is left as it is")
      return
    }
    let replica = try RunningReplica(path)
    let stopped = try replica.stop()
    #expect(replica.ready.hasPrefix("ready ") && stopped.exit == fixture.startExit, "\(replica.ready): \(stopped)")
    let after = try Run.tool("verify-checksums", path.string)
    #expect(after.exit == exitAfter, "\(after)")
  }

  /// Nothing that a client wrote reaches a terminal as it is, in no format and with its contents shown.
  @Test func hostileBytesAreEscaped() throws {
    let directory = try TemporaryDirectory()
    let fixture = try #require(Fixture.all.first { $0.name == "hostile-bytes" })
    let path = try fixture.unpack(in: directory)
    for format in ["text", "json", "ndjson"] {
      for payload in ["hex", "decoded"] {
        let run = try Run.tool("dump-wal", path.string, "--payload", payload, "--output", format)
        #expect(run.exit == 0)
        let tricks = run.output.filter { $0 < 0x20 && $0 != UInt8(ascii: "\n") || $0 == 0x7F }
        #expect(
          tricks.isEmpty && String(validating: run.output, as: UTF8.self) != nil, "\(format) \(payload): \(tricks)")
        #expect(!run.outputText.unicodeScalars.contains { $0 == "\u{9B}" || $0 == "\u{202E}" }, "\(format) \(payload)")
      }
    }
    let replica = try RunningReplica(path)
    let scan = try replica.kv("scan", "")
    #expect(!scan.output.contains(0x1B), "\(scan)")
    #expect(try replica.stop().exit == 0)
  }

  // MARK: Support

  /// Runs a command in the file's directory, so that no path of this machine is in its answer.
  private func read(_ command: [String], _ fixture: Fixture, in directory: TemporaryDirectory) throws -> Run {
    let arguments = [directory.path.string] + command + ["--output", "json", fixture.name + ".mkraft"]
    return try Run.shell(#"cd "$1" && shift && exec "$0" "$@""#, arguments)
  }

  /// Without what depends on the filesystem.
  private func comparable(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.filter { !$0.contains(#""read_mode":"#) }.joined(separator: "\n")
  }

  private func firstDifference(_ one: String, _ other: String) -> String? {
    let (one, other) = (one.split(separator: "\n"), other.split(separator: "\n"))
    for (number, (line, wanted)) in zip(one, other).enumerated() where line != wanted {
      return "line \(number + 1): \(line), expected \(wanted)"
    }
    return one.count == other.count ? nil : "\(one.count) lines, expected \(other.count)"
  }

  /// The member `counts` of `verify-checksums`.
  private func counts(_ text: String) -> [String: Int] {
    let lines = text.split(separator: "\n").map(\.trimmed)
    guard let start = lines.firstIndex(where: { $0.hasPrefix(#""counts": ["#) }) else { return ["no counts": 0] }
    var counts: [String: Int] = [:]
    var name = ""
    for line in lines[start...].dropFirst() {
      if line.hasPrefix("]") || line.hasPrefix("\"findings\"") { break }
      let words = line.split(separator: "\"")
      if line.hasPrefix("\"name\"") { name = String(words[2]) }
      if line.hasPrefix("\"count\"") { counts[name] = Int(words[1].dropFirst(2)) }
    }
    return counts
  }
}
