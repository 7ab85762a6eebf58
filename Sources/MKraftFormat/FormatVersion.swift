/// Versions of what is written. Until 1.0 the format may change: the version is raised and the fixtures are made again.
public enum FormatVersion {
  /// Version of the data file's layout, in every superblock.
  public static let dataFile: UInt32 = 2
  /// Version of the wire protocol, in every message.
  public static let protocolVersion: UInt16 = 1
  /// Release of the code that executes entries: major * 65536 + minor * 256 + patch.
  public static let release: UInt32 = 0x00_0100
  /// Version of the tool, as printed.
  public static let tool = "0.1.0"
}
