internal import SystemPackage

/// The process that holds a file's lock.
public struct LockHolder: Equatable, Sendable {
  /// Nil if the system does not tell: the process lives in another namespace, or /proc is not mounted.
  public var processID: Int32?
  /// The command's name as the kernel keeps it, cut at 15 bytes; nil if the process may not be looked at.
  public var command: String?

  public init(processID: Int32?, command: String? = nil) {
    self.processID = processID
    self.command = command
  }
}

extension LockHolder: CustomStringConvertible {
  public var description: String {
    guard let processID else { return "another process" }
    return command.map { "process \(processID) (\($0))" } ?? "process \(processID)"
  }
}

extension FileStorage {
  /// Who holds the lock of a replica on this file, found out without taking a lock; nil if nobody does.
  ///
  /// The kernel's list of locks names the process, but is read only if there is a lock: making it stops every other lock of
  /// the machine for a moment, and takes longer than reading a small file (8 to 40 ms).
  public var lockHolder: LockHolder? {
    SystemCalls.isLocked(descriptor) ? LockHolder.find(descriptor) ?? LockHolder(processID: nil) : nil
  }
}

extension LockHolder {
  /// The most bytes of the kernel's list of locks that are looked at.
  private static let listMax = 1 << 20

  /// Who holds the flock(2) of the open file, as far as /proc tells: nothing if it is not mounted, if the holder lives in
  /// another process namespace, or if the filesystem numbers its devices otherwise than its files say.
  static func find(_ descriptor: Int32) -> LockHolder? {
    guard let file = try? Stat(FileDescriptor(rawValue: descriptor)) else { return nil }
    guard let list = kernelText("/proc/locks", atMost: listMax) else { return nil }
    guard
      let processID = processID(in: list, device: UInt64(file.deviceID.rawValue), inode: UInt64(file.inode.rawValue))
    else { return nil }
    let command = kernelText(FilePath("/proc/\(processID)/comm"), atMost: 64)
    return LockHolder(processID: processID, command: command?.split(separator: "\n").first.map(String.init))
  }

  /// Finds the holder in lines such as "1: FLOCK  ADVISORY  WRITE 4242 fe:00:1234 0 EOF".
  package static func processID(in list: String, device: UInt64, inode: UInt64) -> Int32? {
    for line in list.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE" else { continue }
      let file = words[5].split(separator: ":")
      guard file.count == 3, let major = UInt64(file[0], radix: 16), let minor = UInt64(file[1], radix: 16) else {
        continue
      }
      guard UInt64(file[2]) == inode, major == Self.major(device), minor == Self.minor(device) else { continue }
      guard let processID = Int32(words[4]), processID > 0 else { continue }
      return processID
    }
    return nil
  }

  // How the C library packs the two numbers of a device into one.
  private static func major(_ device: UInt64) -> UInt64 { (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000) }
  private static func minor(_ device: UInt64) -> UInt64 { (device & 0xff) | (device >> 12 & 0xffff_ff00) }

  private static func kernelText(_ path: FilePath, atMost limit: Int) -> String? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
    defer { try? file.close() }
    var text: [UInt8] = []
    let chunk = IOBuffer(byteCount: 16384)
    while text.count < limit {
      let offset = UInt64(text.count)
      guard let got = try? SystemCalls.read(file.rawValue, chunk.byteCount, at: offset, into: chunk, from: 0) else {
        return nil
      }
      if got == 0 { break }
      for index in 0..<got { text.append(unsafe chunk.bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
