import Glibc
import MKraftFormat
import MKraftStorage
import SystemPackage
import Testing

/// What a repair takes from other files, and what it says if that cannot be.
@Suite struct RepairSourceTests {
  /// A file whose replica was stopped, a backup of it, and then damage that the backup mends.
  private struct Scene {
    let file: SmallFile
    let backup: FilePath
    let damaged: [UInt8]

    var path: String { file.path.string }
    var plan: String { file.directory["plan"].string }

    init() throws {
      file = try SmallFile()
      let replica = try RunningReplica(file.path)
      for key in ["k", "l", "m"] {
        #expect(try replica.kv("put", key, "a value that is longer than what names itself").exit == 0)
      }
      #expect(try replica.stop().exit == 0)
      backup = try file.directory.file("backup", try file.bytes())
      try file.overwrite(at: try Scene.bodyByte(of: file), with: [0xA5, 0xA6, 0xA7])
      damaged = try file.bytes()
    }

    /// The place of a byte in the body of an entry that was acknowledged.
    static func bodyByte(of file: SmallFile) throws -> UInt64 {
      let geometry = try file.superblock().geometry
      return geometry.prepareOffset(slot: geometry.slot(of: 3)) + 260
    }

    func image(_ name: String, _ options: String...) throws -> String {
      let path = file.directory[name].string
      let run = try Run.tool(["image", backup.string, "--to", path] + options)
      #expect(run.exit == 0, "\(run)")
      return path
    }

    func savePlan() throws {
      let run = try Run.tool("repair", path, "--backup", backup.string, "--to", plan)
      #expect(run.exit == 13 && run.outputText.contains("prepare-from-source"), "\(run)")
    }

    func apply() throws -> Run {
      try Run.tool("repair", "apply", plan, "--in-place", "--yes", "--undo", file.directory["log"].string)
    }
  }

  /// What stands in such an image for keys and values must never be in the file.
  @Test func anImageWithoutKeysAndValuesIsNoSource() throws {
    let scene = try Scene()
    let image = try scene.image("image")
    for option in ["--backup", "--peer"] {
      let run = try Run.tool("repair", scene.path, option, image, "--to", scene.plan)
      #expect(run.exit == 15 && run.errorText.contains("keys and values were left out"), "\(run)")
      #expect(run.errorText.contains(image) && run.errorText.contains("--with-payloads"), "\(run)")
    }
    // In the place of the backup that the plan was made with.
    try scene.savePlan()
    _ = try scene.file.directory.file("backup", try readAll(FilePath(image)))
    let applied = try scene.apply()
    #expect(applied.exit == 15 && applied.errorText.contains("keys and values were left out"), "\(applied)")
    #expect(applied.errorText.contains("nothing was written"), "\(applied)")
    #expect(try scene.file.bytes() == scene.damaged)
    #expect(scene.file.directory.names.sorted() == ["backup", "f", "image", "plan"])
  }

  @Test func anImageWithKeysAndValuesIsASource() throws {
    let scene = try Scene()
    let image = try scene.image("image", "--with-payloads")
    let planned = try Run.tool("repair", scene.path, "--backup", image, "--to", scene.plan)
    #expect(planned.exit == 13 && planned.outputText.contains("prepare-from-source"), "\(planned)")
    let applied = try scene.apply()
    #expect(applied.exit == 0, "\(applied)")
    #expect(try scene.file.bytes() == readAll(scene.backup))
    #expect(try Run.tool("verify-checksums", scene.path).exit == 0)
  }

  @Test func anImageIsNotRepaired() throws {
    let scene = try Scene()
    let image = try scene.image("image", "--with-payloads")
    let before = try readAll(FilePath(image))
    for command in [["repair", image], ["repair", "resume", image]] {
      let run = try Run.tool(command)
      #expect(run.errorText.contains("it is an image of a data file"), "\(run)")
    }
    #expect(try readAll(FilePath(image)) == before)
  }

  // MARK: Sources that are not as they were

  @Test func aSourceThatChangedIsNamed() throws {
    let scene = try Scene()
    try scene.savePlan()
    _ = try scene.file.directory.file("backup", scene.damaged)
    let run = try scene.apply()
    #expect(run.exit == 15 && run.errorText.contains("the backup \(scene.backup) no longer holds"), "\(run)")
    #expect(!run.errorText.contains("in another state"), "\(run)")
    let next = "mkraft-ctl repair plan --backup \(scene.backup) \(scene.path)"
    #expect(run.errorText.contains("next: \(next)\n"), "\(run)")
    #expect(try scene.file.bytes() == scene.damaged)
  }

  /// Of a file that is another the source is not said to be to blame.
  @Test func aFileThatChangedIsNamedToo() throws {
    let scene = try Scene()
    try scene.savePlan()
    try scene.file.overwrite(at: try Scene.bodyByte(of: scene.file), with: [1, 2, 3])
    let run = try scene.apply()
    #expect(run.exit == 15 && run.errorText.contains("for the file in another state"), "\(run)")
    #expect(!run.errorText.contains("no longer holds"), "\(run)")
    #expect(run.errorText.contains("repair plan --backup \(scene.backup) \(scene.path)"), "\(run)")
  }

  @Test func aSourceThatIsGoneIsNamed() throws {
    let scene = try Scene()
    try scene.savePlan()
    #expect(unsafe scene.backup.withPlatformString { unsafe unlink($0) } == 0)
    let run = try scene.apply()
    #expect(run.exit == 66 && run.errorText.contains("the plan names it as a backup"), "\(run)")
    #expect(run.errorText.contains("\(scene.backup)"), "\(run)")
    #expect(run.errorText.contains("next: mkraft-ctl repair plan \(scene.path)\n"), "\(run)")
    #expect(try scene.file.bytes() == scene.damaged)
  }
}
