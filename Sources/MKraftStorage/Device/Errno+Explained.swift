internal import SystemPackage

extension Errno {
  /// The system's words with the error's name, which is what people search for: "Input/output error (EIO)".
  var explained: String { "\(description) (\(name))" }

  private var name: String {
    switch self {
    case .ioError: "EIO"
    case .noSpace: "ENOSPC"
    case .diskQuotaExceeded: "EDQUOT"
    case .fileTooLarge: "EFBIG"
    case .invalidArgument: "EINVAL"
    case .permissionDenied: "EACCES"
    case .notPermitted: "EPERM"
    case .readOnlyFileSystem: "EROFS"
    case .noSuchFileOrDirectory: "ENOENT"
    case .notDirectory: "ENOTDIR"
    case .isDirectory: "EISDIR"
    case .fileExists: "EEXIST"
    case .tooManySymbolicLinkLevels: "ELOOP"
    case .fileNameTooLong: "ENAMETOOLONG"
    case .badFileDescriptor: "EBADF"
    case .tooManyOpenFiles: "EMFILE"
    case .tooManyOpenFilesInSystem: "ENFILE"
    case .noMemory: "ENOMEM"
    case .notSupportedOnSocket: "EOPNOTSUPP"
    case .resourceTemporarilyUnavailable: "EAGAIN"
    case .interrupted: "EINTR"
    case .noSuchAddressOrDevice: "ENXIO"
    case .operationNotSupportedByDevice: "ENODEV"
    case .staleNFSFileHandle: "ESTALE"
    case .timedOut: "ETIMEDOUT"
    case .textFileBusy: "ETXTBSY"
    case .resourceBusy: "EBUSY"
    case .noLocks: "ENOLCK"
    case .improperLink: "EXDEV"
    case .tooManyLinks: "EMLINK"
    default: "errno \(rawValue)"
    }
  }
}
