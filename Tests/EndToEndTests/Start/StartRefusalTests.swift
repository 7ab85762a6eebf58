import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

@Suite struct StartRefusalTests {
  private let noise = [UInt8](repeating: 0xA5, count: 1024)

  /// Runs `start`, which must refuse and leave the file as it is.
  private func refused(_ file: SmallFile, _ arguments: String...) throws -> Run {
    let before = try file.bytes()
    let run = try Run.tool(["start", file.path.string] + arguments)
    #expect(try file.bytes() == before, "\(run)")
    return run
  }

  /// A file on which a replica ran and was stopped: ops 1, a no-op, to 3.
  private func usedFile() throws -> SmallFile {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    #expect(try replica.stop().exit == 0)
    return file
  }

  @Test func damagedEntryIsNamed() throws {
    let file = try usedFile()
    let offset = try file.superblock().geometry.prepareOffset(slot: 2)
    try file.overwrite(at: offset, with: noise)
    // Only its header was hit, which stands in the header ring as well: the file alone can make it right.
    let run = try refused(file)
    #expect(run.exit == 11 && run.output.isEmpty, "\(run)")
    for part in ["wal-damaged", "wal-prepare-corrupt (op 2, slot 2, bytes \(offset)..<", "next: mkraft-ctl "] {
      #expect(run.errorText.contains(part), "\(part) in \(run)")
    }
    let json = try refused(file, "--output", "json")
    #expect(json.exit == 11 && json.outputText.contains(#""name": "wal-prepare-corrupt""#), "\(json)")
    #expect(json.outputText.contains(#""offset": "\#(offset)""#), "\(json)")
  }

  /// After a kill nothing but the rings tells of the entries.
  @Test func entriesOfUnknownIdentityNeedAHuman() throws {
    let file = try SmallFile()
    let replica = try RunningReplica(file.path)
    #expect(try replica.kv("put", "k", "v").exit == 0)
    try replica.kill()
    let geometry = try file.superblock().geometry
    for slot in 1...3 { try file.overwrite(at: geometry.prepareOffset(slot: slot), with: noise) }
    try file.overwrite(at: geometry.headerOffset(slot: 0), with: [UInt8](repeating: 0xA5, count: 4096))
    let run = try refused(file)
    #expect(run.exit == 14 && run.errorText.contains("wal-head-undecidable"), "\(run)")
  }

  @Test func numbersThatCannotBeCountedOnAreLost() throws {
    let file = try usedFile()
    var superblock = try file.superblock()
    superblock.term = PrepareHeader.numberLimit - 2
    superblock.seal()
    for (home, image) in superblock.copies { try file.overwrite(at: home, with: [UInt8](copying: image.bytes)) }
    #expect(try Run.tool("verify-checksums", file.path.string).exit == 14)
    let run = try refused(file)
    #expect(run.exit == 14 && run.errorText.contains("numbers-exhausted"), "\(run)")
    #expect(run.errorText.contains("next: mkraft-ctl verify-checksums"), "\(run)")
  }

  @Test func otherMembersAreNamed() throws {
    let directory = try TemporaryDirectory()
    let path = directory["f"].string
    let format = try Run.tool([
      "format", path, "--cluster", "c1", "--replica", "1", "--replica-count", "3", "--initial-cluster", "--slots", "64",
      "--message-size", "4K", "--sessions", "2",
    ])
    #expect(format.exit == 0, "\(format)")
    let run = try Run.tool("start", path)
    #expect(run.exit == 15 && run.errorText.contains("other-members"), "\(run)")
    #expect(run.errorText.contains("3 members") && run.errorText.contains("drill --as-single"), "\(run)")
  }

  @Test func allSuperblocksGone() throws {
    let file = try usedFile()
    let geometry = try file.superblock().geometry
    for copy in 0..<Superblock.copyCount {
      try file.overwrite(at: geometry.offset(of: .superblock(copy)), with: noise)
    }
    let run = try refused(file)
    #expect(run.exit == 14 && run.errorText.contains("superblock-not-found"), "\(run)")
  }

  @Test func whatIsNoDataFile() throws {
    let directory = try TemporaryDirectory()
    let empty = try directory.file("empty")
    let text = try directory.file("text", Array(repeating: 0x61, count: 5000))
    let link = try directory.link("link", to: directory["nothing"])
    let expected: [(String, Int32)] = [
      (empty.string, 65), (text.string, 65), (link.string, 66), (directory.path.string, 66),
      (directory["none"].string, 66), ("/dev/null", 66),
    ]
    for (path, exit) in expected {
      let run = try Run.tool("start", path)
      #expect(run.exit == exit && run.output.isEmpty && run.errorText.contains(path), "\(run)")
    }
    #expect(directory.names == ["empty", "link", "text"])
  }

  /// What mkraft-ctl made itself is not called a stranger's.
  @Test func imagesAndEvidenceAreNamed() throws {
    let file = try usedFile()
    let (image, whole, evidence) = (file.directory["image"], file.directory["whole"], file.directory["evidence"])
    for arguments in [
      ["image", file.path.string, "--to", image.string],
      ["image", file.path.string, "--with-payloads", "--to", whole.string],
      ["recover", "collect", file.path.string, "--to", evidence.string],
    ] { #expect(try Run.tool(arguments).exit == 0) }
    var bytes = try readAll(image)
    let unsteady = try file.directory.file("unsteady", UnsteadyImage.of(bytes))
    bytes[40] ^= 1
    let damaged = try file.directory.file("damaged", bytes)
    let expected: [(FilePath, String, hasNext: Bool)] = [
      (image, "it is an image of a data file, made by mkraft-ctl, which no replica runs on", false),
      (whole, "it is an image of a data file, made by mkraft-ctl, which no replica runs on", true),
      (evidence, "it is evidence of data files, collected by mkraft-ctl, which no replica runs on", true),
      (unsteady, "whose parts are of different times", false), (damaged, "whose header is damaged", false),
    ]
    for (path, words, hasNext) in expected {
      let before = try readAll(path)
      let run = try Run.tool("start", path.string)
      #expect(run.exit == 65 && run.output.isEmpty && run.errorText.contains(words), "\(run)")
      #expect(!run.errorText.contains("turn to a backup"), "\(run)")
      let next = "next: mkraft-ctl recover plan --to \(path.string).recovery \(path.string)"
      #expect(run.errorText.contains(next) == hasNext, "\(run)")
      #expect(try readAll(path) == before)
    }
  }

  @Test func wrongAddresses() throws {
    let file = try SmallFile()
    for address in ["nonsense", "example.org:1", "127.0.0.1:65536", "127.0.0.1:", "::1:5"] {
      let run = try refused(file, "--listen", address)
      #expect(run.exit == 64, "\(run)")
    }
  }
}
