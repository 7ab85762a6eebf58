public import MKraftFormat
public import MKraftStorage

/// A geometry that somebody has supplied, for a file that no longer tells its own.
///
/// It says where things lie, and no more: what a file is worth is judged by what stands in it.
public struct SuppliedGeometry: Sendable, Equatable {
  public enum Origin: Sendable, Equatable {
    /// Numbers that were typed in.
    case numbers
    /// The superblock of another file.
    case file(path: String, sequence: UInt64)
  }

  /// A copy in the file that is right by itself and says something else.
  public struct Contradiction: Error, Sendable {
    public let copy: Int
    /// Bytes from the start of the file.
    public let offset: UInt64
    public let found: Geometry
    /// At least one.
    public let fields: [GeometryField]
  }

  public let geometry: Geometry
  public let origin: Origin
  /// The cluster of the file that the geometry was taken from: a fallback, for a file in which nothing names its own.
  public let cluster: UInt128?

  /// - Parameter geometry: breaks no invariant.
  public init(_ geometry: Geometry, origin: Origin = .numbers, cluster: UInt128? = nil) {
    precondition(geometry.brokenInvariants.isEmpty, "a geometry that is supplied can be one")
    self.geometry = geometry
    self.origin = origin
    self.cluster = cluster
  }

  /// The geometry of another file, by any one copy of its superblock; nil if it has none either.
  public static func like(_ other: any Storage, path: String) -> SuppliedGeometry? {
    guard let source = LogSource(SuperblockSurvey.read(other)) else { return nil }
    let superblock = source.superblock
    return SuppliedGeometry(
      superblock.geometry, origin: .file(path: path, sequence: superblock.sequence), cluster: superblock.cluster)
  }

  /// - Throws: the first copy of the file, wherever it stands, that says something else.
  public func check(against survey: SuperblockSurvey) throws(Contradiction) {
    for sighting in survey.sightings {
      let found = sighting.superblock.geometry
      let fields = GeometryField.differences(found, geometry)
      guard fields.isEmpty else {
        throw Contradiction(copy: sighting.superblock.copy, offset: sighting.offset, found: found, fields: fields)
      }
    }
  }
}
