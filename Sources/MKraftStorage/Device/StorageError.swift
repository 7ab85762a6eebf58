public import SystemPackage

/// Why a device did not do what it was asked to do.
public struct StorageError: Error, Equatable, Sendable {
  public enum Operation: String, Sendable {
    case open, read, write, sync, resize, lock, link
  }

  public enum Cause: Equatable, Sendable {
    /// The system refused, with this error.
    case errno(Errno)
    /// The device took only so many bytes and would not go on.
    case shortWrite(transferred: Int)
    /// The file gave fewer bytes than it has, again and again.
    case shortRead(transferred: Int)
    /// Offset, count or memory of a write are no multiples of what the device demands, in bytes.
    case misaligned(alignment: Int)
    /// The name is taken, and nothing is ever replaced.
    case exists
    /// The filesystem cannot do this at all.
    case unsupported
    /// A simulated device has lost its power.
    case powerLost
  }

  /// What was asked for.
  public var operation: Operation
  /// The file, if the device is one.
  public var path: FilePath?
  /// Where the request began in the file, in bytes; nil if it was about the file as a whole.
  public var offset: UInt64?
  /// How many bytes the request was about.
  public var count: UInt64?
  public var cause: Cause

  public init(_ operation: Operation, _ path: FilePath?, offset: UInt64? = nil, count: UInt64? = nil, cause: Cause) {
    self.operation = operation
    self.path = path
    self.offset = offset
    self.count = count
    self.cause = cause
  }

  /// Whether the device itself said that it cannot give or take these bytes (`EIO`).
  public var isDeviceError: Bool { cause == .errno(.ioError) }

  /// Whether there was no room: on the filesystem, in the quota, or below the largest file size.
  public var isOutOfSpace: Bool {
    cause == .errno(.noSpace) || cause == .errno(.diskQuotaExceeded) || cause == .errno(.fileTooLarge)
  }
}

extension StorageError: CustomStringConvertible {
  /// One line for an operator: "cannot write 4096 bytes at offset 1048576 of FILE: Input/output error (EIO)".
  public var description: String {
    "cannot \(operation.rawValue) \(subject): \(cause)"
  }

  private var subject: String {
    let file = path.map(\.string) ?? "the device"
    guard let count else { return file }
    let unit = count == 1 ? "byte" : "bytes"
    guard let offset else {
      return operation == .resize ? "\(file) to \(count) \(unit)" : "\(count) \(unit) of \(file)"
    }
    return "\(count) \(unit) at offset \(offset) of \(file)"
  }
}

extension StorageError.Cause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .errno(let errno): errno.explained
    case .shortWrite(let transferred): "only \(transferred) bytes were written"
    case .shortRead(let transferred): "only \(transferred) bytes were read"
    case .misaligned(let alignment): "the device takes multiples of \(alignment) bytes only"
    case .exists: "it exists already"
    case .unsupported: "the filesystem does not support it"
    case .powerLost: "the power failed"
    }
  }
}
