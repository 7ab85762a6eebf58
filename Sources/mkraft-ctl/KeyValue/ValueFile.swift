internal import MKraftFormat
internal import MKraftOutput
internal import SystemPackage

/// A value from a file.
enum ValueFile {
  /// No message holds more.
  private static let sizeMax = Int(MessageHeader.sizeLimit)

  static func read(_ path: String) throws(Failure) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      defer { try? file.close() }
      return try contents(of: file, path)
    } catch let error as Failure {
      throw error
    } catch {
      let errno = error as? Errno
      let code: ExitCode = errno == .permissionDenied ? .notPermitted : errno == .ioError ? .inputOutput : .noInput
      throw Failure(code, "cannot read the value: \(error)", of: path)
    }
  }

  private static func contents(of file: FileDescriptor, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= sizeMax else {
        throw Failure(.usage, "a value is at most as large as a message, \(sizeMax) bytes", of: path)
      }
    }
  }
}
