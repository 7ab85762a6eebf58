/// What a reader of a document may expect in it. Members are added within a version, never renamed or removed.
public struct JSONSchema: Equatable, Sendable {
  /// The kind of document, in words.
  public let name: String
  /// Raised when a member changes its meaning.
  public let version: Int

  public init(_ name: String, version: Int) {
    self.name = name
    self.version = version
  }
}
