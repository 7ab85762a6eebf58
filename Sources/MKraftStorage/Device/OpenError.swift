public import SystemPackage

/// Why a data file could not be opened. Nothing was created or changed.
public struct OpenError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    case missing
    /// A symbolic link that leads to nothing.
    case danglingLink
    case directory
    case fifo
    case socket
    case blockDevice
    case characterDevice
    case permissionDenied
    /// A replica needs to write, and the filesystem cannot be written to.
    case readOnlyFilesystem
    case symlinkLoop
    case nameTooLong
    /// Another open file holds the lock of a replica; `holder` if the system tells who.
    case locked(holder: LockHolder?)
    case other(Errno)
  }

  public var path: FilePath
  public var reason: Reason

  public init(_ path: FilePath, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension OpenError: CustomStringConvertible {
  /// One line for an operator: "cannot open FILE: it is a FIFO, not a regular file".
  public var description: String { "cannot open \(path.string): \(reason)" }
}

extension OpenError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "no such file"
    case .danglingLink: "it is a symbolic link that leads to nothing"
    case .directory: "it is a directory, not a regular file"
    case .fifo: "it is a FIFO, not a regular file"
    case .socket: "it is a socket, not a regular file"
    case .blockDevice: "it is a block device, not a regular file"
    case .characterDevice: "it is a character device, not a regular file"
    case .permissionDenied: "permission denied"
    case .readOnlyFilesystem: "the filesystem is read-only"
    case .symlinkLoop: "its symbolic links lead round in a circle"
    case .nameTooLong: "the name is too long"
    case .locked(let holder?): "it is in use by \(holder)"
    case .locked(nil): "it is in use by another process"
    case .other(let errno): errno.explained
    }
  }
}
