internal import Glibc
internal import SystemPackage

/// The path from the root, for documents that are read elsewhere. Symbolic links stay.
func absolutePath(_ path: String) -> FilePath {
  let path = FilePath(path)
  guard !path.isAbsolute, let memory = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(memory) }
  return FilePath(unsafe String(cString: memory)).pushing(path).lexicallyNormalized()
}
