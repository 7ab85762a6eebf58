import Glibc
import MKraftStorage
import SystemPackage
import Testing

@Suite struct DataFileCreationTests {
  /// Every way a file may have to be made: with and without a temporary name, with and without direct I/O.
  private func forEachWay(_ body: (TemporaryDirectory, _ unnamed: Bool) throws -> Void) throws {
    for parent in [nil, "/dev/shm"] as [FilePath?] {
      for unnamed in [true, false] {
        guard let directory = try? TemporaryDirectory(below: parent) else { continue }
        try body(directory, unnamed)
      }
    }
  }

  private func contents(_ path: FilePath) throws -> [UInt8] {
    let storage = try FileStorage.open(path, for: .reading(cached: true))
    let buffer = IOBuffer(byteCount: 1 << 20)
    return buffer.array(0..<(try storage.read(1 << 20, at: 0, into: buffer)))
  }

  @Test func appearsWholeAtTheEnd() throws {
    try forEachWay { directory, unnamed in
      let path = directory["new"]
      let creation = try DataFileCreation(path, unnamed: unnamed)
      #expect(creation.path == path)
      do throws(StorageError) {
        try creation.preallocate(65_536)
      } catch {
        #expect(error == StorageError(.resize, path, count: 65_536, cause: .unsupported))
        try creation.storage.resize(to: 65_536)
      }
      try creation.storage.write(8192, at: 4096, from: IOBuffer(pattern(8192)))
      #expect(throws: OpenError(path, .missing)) { _ = try FileStorage.open(path, for: .reading(cached: true)) }
      if unnamed && creation.temporaryName == nil { #expect(directory.names.isEmpty) }
      try creation.commit()
      #expect(directory.names == ["new"])
      let zeros = [UInt8](repeating: 0, count: 65_536)
      #expect(try contents(path) == zeros.prefix(4096) + pattern(8192) + zeros.prefix(53_248))
      let found = try Stat(path)
      #expect(found.permissions == [.ownerReadWrite])
      #expect(found.linkCount == 1)
      _ = try FileStorage.open(path, for: .replica)
    }
  }

  @Test func leavesNothingWhenAbandoned() throws {
    try forEachWay { directory, unnamed in
      var creation: DataFileCreation? = try DataFileCreation(directory["new"], unnamed: unnamed)
      try creation?.storage.write(4096, at: 0, from: IOBuffer(pattern(4096)))
      #expect(creation?.temporaryName.map { [$0.string] } ?? [] == directory.names)
      creation = nil
      #expect(directory.names.isEmpty)
    }
  }

  @Test func leavesNothingWhenKilled() async throws {
    let directory = try TemporaryDirectory()
    let path = directory["new"].string
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let creation = try DataFileCreation(FilePath(path))
      try creation.preallocate(65_536)
      try creation.storage.write(4096, at: 0, from: IOBuffer(pattern(4096)))
      try creation.storage.sync()
      kill(getpid(), SIGKILL)
    }
    #expect(!directory.names.contains("new"))
    // Where files must have a name, the temporary one stays.
    if try DataFileCreation(directory["probe"]).temporaryName == nil { #expect(directory.names.isEmpty) }
  }

  @Test func replacesNothing() throws {
    try forEachWay { directory, unnamed in
      let taken = try directory.file("taken", pattern(10))
      let dangling = try directory.link("dangling", to: "nowhere")
      for path in [taken, dangling, directory.path] {
        let error = #expect(throws: StorageError.self) { _ = try DataFileCreation(path, unnamed: unnamed) }
        #expect(error == StorageError(.open, path, cause: .exists))
      }
      #expect(directory.names == ["dangling", "taken"])
      #expect(try contents(taken) == pattern(10))
    }
  }

  @Test func replacesNothingThatAppearsMeanwhile() throws {
    try forEachWay { directory, unnamed in
      for isLink in [false, true] {
        let name = isLink ? "dangling" : "taken"
        var creation: DataFileCreation? = try DataFileCreation(directory[name], unnamed: unnamed)
        if isLink {
          _ = try directory.link(name, to: "nowhere")
        } else {
          _ = try directory.file(name, pattern(10))
        }
        let error = #expect(throws: StorageError.self) { try creation?.commit() }
        #expect(error == StorageError(.link, directory[name], cause: .exists))
        creation = nil
      }
      #expect(directory.names == ["dangling", "taken"])
      #expect(try contents(directory["taken"]) == pattern(10))
    }
  }

  @Test func tellsNoRoomFromNoSuchPlace() throws {
    let directory = try TemporaryDirectory()
    let creation = try DataFileCreation(directory["huge"])
    let noRoom = #expect(throws: StorageError.self) { try creation.preallocate(1 << 62) }
    #expect(noRoom?.isOutOfSpace == true || noRoom?.cause == .unsupported)
    let noPlace = #expect(throws: StorageError.self) { _ = try DataFileCreation(directory["missing"].appending("f")) }
    #expect(noPlace == StorageError(.open, directory["missing"], cause: .errno(.noSuchFileOrDirectory)))
    #expect(throws: StorageError.self) { _ = try DataFileCreation("/") }
    #expect(throws: StorageError.self) { _ = try DataFileCreation(directory.path.appending("..")) }
  }

  @Test func takesAnotherTemporaryNameWhenOneIsLeft() throws {
    let directory = try TemporaryDirectory()
    let left = ".new.\(getpid()).tmp"
    _ = try directory.file(left, pattern(3))
    let creation = try DataFileCreation(directory["new"], unnamed: false)
    try creation.commit()
    #expect(directory.names == [left, "new"])
    #expect(try contents(directory[left]) == pattern(3))
  }
}
