public import MKraftFormat
public import MKraftStorage

/// Reads the bodies of single entries again, to show them.
public final class PayloadReader {
  private let storage: any Storage
  private let geometry: Geometry
  private let buffer: IOBuffer

  public init(_ storage: any Storage, geometry: Geometry) {
    self.storage = storage
    self.geometry = geometry
    buffer = IOBuffer(byteCount: Int(geometry.messageSize))
  }

  /// Calls `show` with the body that stands in the prepare ring, and with whether it is the one its header speaks of.
  /// Returns false, without a call, if no prepare's header is right there, or the body cannot be read.
  public func withBody(of row: LogRow, _ show: (RawSpan, _ matches: Bool) -> Void) -> Bool {
    guard let header = row.prepareHeader, header.kind == .prepare else { return false }
    return withBody(of: header, slot: row.slot, show)
  }

  /// Calls `show` with the bytes that stand where the body of an entry belongs, and with whether they are the body that its header
  /// speaks of. Returns false, without a call, if they cannot be read.
  public func withBody(of header: PrepareHeader, slot: Int, _ show: (RawSpan, _ matches: Bool) -> Void) -> Bool {
    let size = Int(header.size)
    let offset = geometry.prepareOffset(slot: slot)
    let wanted = min(geometry.bytesOnDisk(size: size), buffer.byteCount)
    guard let count = try? storage.read(wanted, at: offset, into: buffer), count >= size else { return false }
    let unit = buffer
    let body = unit.bytes.extracting(PrepareHeader.byteCount..<size)
    show(body, header.matches(body: body))
    return true
  }
}
