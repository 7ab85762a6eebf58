internal import Glibc
package import MKraftFormat
package import MKraftStorage
package import SystemPackage

/// A freshly formatted data file, written all over as `format` does it, that is gone with this object.
package final class ThrowawayFile: Sendable {
  package let path: FilePath
  package let geometry: Geometry

  /// - Throws: `FormatError`; also if anything stands at `path`, which is then left alone.
  package init(_ path: FilePath, _ geometry: Geometry) throws(FormatError) {
    let plan = FormatPlan(cluster: 1, geometry: geometry, fileID: 1, prewrite: true)
    _ = try DataFileFormatter.create(path, plan)
    self.path = path
    self.geometry = geometry
  }

  deinit { _ = unsafe path.withPlatformString { unsafe unlink($0) } }

  /// Opened as a replica opens it: direct and durable, if the filesystem can.
  package func open() throws(OpenError) -> FileStorage { try FileStorage.open(path, for: .replica) }
}
