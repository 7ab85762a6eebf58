import Glibc
import SystemPackage
import Testing

@Suite struct ImageTests {
  private static let commands = [
    ["inspect-superblock", "--scan"], ["dump-wal", "--verbose", "--payload", "hash"], ["dump-wal", "--stats"],
    ["verify-checksums"], ["status"],
  ]

  /// All reading commands say the same of the image as of the file: findings, verdict, exit code.
  @Test(arguments: Fixture.all) func isReadLikeTheFile(_ fixture: Fixture) throws {
    let directory = try TemporaryDirectory()
    for name in ["file", "image"] {
      #expect(try Run.shell("mkdir \"$1\"", [directory[name].string]).exit == 0)
    }
    let (file, image) = (directory["file"].appending("f"), directory["image"].appending("f"))
    #expect(try Run.shell("gzip -dc < \"$1\" > \"$2\"", [fixture.compressed.string, file.string]).exit == 0)
    let made = try Run.tool("image", file.string, "--to", image.string)
    #expect(made.exit == 0 && made.errors.isEmpty, "\(made)")
    for command in Self.commands {
      for format in ["json", "text"] {
        let arguments = command + ["--output", format, "f"]
        let original = try Run.shell(#"cd "$1" && shift && exec "$0" "$@""#, [directory["file"].string] + arguments)
        let copy = try Run.shell(#"cd "$1" && shift && exec "$0" "$@""#, [directory["image"].string] + arguments)
        // What the file alone can make right may take what the image leaves out: another copy of it then does.
        if original.exit == 11, copy.exit == 13 { continue }
        #expect(original.exit == copy.exit, "\(command): \(copy)")
        #expect(saidOfBoth(original) == saidOfBoth(copy), "\(command)")
      }
    }
    let same = try Run.tool("diff", file.string, image.string)
    let code = fixture.exits["verify-checksums"]
    #expect(same.exit == code || code == 11 && same.exit == 13, "\(same)")
  }

  /// Of an image `status` does not advise to make one, and its bodies are said to be redacted.
  private func saidOfBoth(_ run: Run) -> [Substring] {
    let text = run.outputText.split(separator: "\nto know more\n", maxSplits: 1).first ?? ""
    return text.split(separator: "\n").filter { !$0.contains(#""redacted": "#) }
  }

  /// No key and no value of any fixture is in its image; all are in an image with payloads.
  @Test func keysAndValues() throws {
    var searched = 0
    for fixture in Fixture.all
    where ["loaded", "checkpoints", "prepare-corrupt", "wrapped"].contains(fixture.name) {
      let directory = try TemporaryDirectory()
      let file = directory["f"]
      #expect(try Run.shell("gzip -dc < \"$1\" > \"$2\"", [fixture.compressed.string, file.string]).exit == 0)
      let decoded = try Run.tool("dump-wal", file.string, "--payload", "decoded", "--output", "ndjson")
      let secrets = decoded.outputText.split(separator: "\"hex\":\"").dropFirst().compactMap { text -> [UInt8]? in
        let digits = Array(text.prefix { $0 != "\"" }.utf8)
        guard digits.count >= 16 else { return nil }
        return stride(from: 0, to: digits.count - 1, by: 2).map {
          UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
        }
      }
      #expect(try Run.tool("image", file.string, "--to", directory["i"].string).exit == 0)
      #expect(try Run.tool("image", file.string, "--to", directory["p"].string, "--with-payloads").exit == 0)
      let (redacted, whole) = (windows(try readAll(directory["i"])), windows(try readAll(directory["p"])))
      for secret in Set(secrets) {
        #expect(windows(secret).isDisjoint(with: redacted), "\(fixture.name): \(secret)")
        #expect(windows(secret).isSubset(of: whole), "\(fixture.name): \(secret)")
        searched += 1
      }
      let restored = try Run.tool("dump-wal", directory["p"].string, "--payload", "decoded", "--output", "ndjson")
      let rows = { (run: Run) in run.outputText.split(separator: "\n").filter { $0.contains("\"events\"") } }
      #expect(rows(restored) == rows(decoded) && !rows(decoded).isEmpty)
    }
    #expect(searched > 50)
  }

  /// Filler is never shown for a body: what was left out is said to be.
  @Test func bodiesLeftOutAreCalledSo() throws {
    let directory = try TemporaryDirectory()
    let file = try #require(Fixture.all.first { $0.name == "loaded" }).unpack(in: directory)
    let image = directory["i"].string
    #expect(try Run.tool("image", file.string, "--to", image).exit == 0)
    for payload in ["decoded", "hex"] {
      let shown = try Run.tool("dump-wal", image, "--op", "7", "--payload", payload)
      #expect(shown.exit == 0 && shown.outputText.contains("redacted"), "\(shown)")
      #expect(!shown.outputText.contains("not a batch"), "\(shown)")
      let rows = try Run.tool("dump-wal", image, "--op", "7", "--payload", payload, "--output", "ndjson").outputText
      #expect(rows.contains("\"redacted\":true") && !rows.contains("\"defect\":\""), "\(rows)")
      #expect(!rows.contains("\"hex\""), "\(rows)")
    }
    let hash = ["--op", "7", "--payload", "hash", "--output", "ndjson"]
    let checksums = try [image, file.string].map { path in
      try Run.tool(["dump-wal", path] + hash).outputText.split(separator: "\"payload\":").last.map {
        $0.split(separator: "\"checksum\":\"").last?.prefix(32)
      }
    }
    #expect(checksums[0] == checksums[1] && checksums[0] != nil, "what the body was is known by its checksum")
  }

  /// Every run of eight bytes.
  private func windows(_ bytes: [UInt8]) -> Set<UInt64> {
    var window: UInt64 = 0
    var windows: Set<UInt64> = []
    for (index, byte) in bytes.enumerated() {
      window = window << 8 | UInt64(byte)
      // A run of zeros is no secret.
      if index >= 7, window != 0 { windows.insert(window) }
    }
    return windows
  }

  @Test func isMadeLikeADataFile() throws {
    let file = try SmallFile()
    let image = file.directory["image"]
    let before = try file.bytes()
    let made = try Run.tool("image", file.path.string, "--to", image.string, "--output", "ndjson")
    #expect(made.exit == 0 && made.outputText.contains(#""schema":"mkraft-ctl-image""#), "\(made)")
    let mode = try Run.shell("stat -c %a \"$1\"", [image.string])
    #expect(mode.outputText == "600\n")
    #expect(try file.bytes() == before)
    let contents = try readAll(image)
    let again = try Run.tool("image", file.path.string, "--to", image.string)
    #expect(again.exit == 73 && again.errorText.contains("exists already"), "\(again)")
    #expect(try readAll(image) == contents, "nothing is replaced")
    let twice = try Run.tool("image", image.string, "--to", file.directory["other"].string)
    #expect(twice.exit == 15 && twice.errorText.contains("image already"), "\(twice)")
    let nowhere = try Run.tool("image", file.path.string, "--to", file.directory["no"].appending("x").string)
    #expect(nowhere.exit == 73, "\(nowhere)")
    // A limit of the size of files stands for a full disk.
    let full = try Run.shell(
      #"ulimit -f 4; exec "$0" "$@""#, ["image", file.path.string, "--to", file.directory["full"].string])
    #expect(full.exit == 73 || full.exit == 74, "\(full)")
    #expect(file.directory.names == ["f", "image"], "what could not be finished is not there")
    let start = try Run.tool("start", image.string)
    #expect(start.exit == 65, "\(start)")
  }

  @Test func aDamagedImageIsRefused() throws {
    let file = try SmallFile()
    let image = file.directory["image"]
    #expect(try Run.tool("image", file.path.string, "--to", image.string).exit == 0)
    let bytes = try readAll(image)
    for offset in [40, bytes.count - 200] {
      var damaged = bytes
      damaged[offset] ^= 1
      let path = try file.directory.file("damaged", damaged)
      for command in ["status", "verify-checksums", "inspect-superblock", "dump-wal"] {
        let run = try Run.tool(command, path.string)
        #expect(offset > 4096 || run.exit == 65 && run.errorText.contains("damaged"), "\(run)")
      }
    }
    let cut = try file.directory.file("cut", Array(bytes.prefix(bytes.count / 2)))
    let run = try Run.tool("verify-checksums", cut.string)
    #expect(run.exit == 65 && run.errorText.contains("copy it again"), "\(run)")
  }
}
