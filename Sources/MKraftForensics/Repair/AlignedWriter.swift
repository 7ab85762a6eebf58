internal import MKraftFormat
internal import MKraftStorage

/// Writes bytes anywhere in a file, in the units that its device takes: what stands around them is written again as it is, which
/// survives a power cut (rule R1).
struct AlignedWriter {
  private let storage: any Storage
  private let alignment: UInt64

  init(_ storage: any Storage) {
    self.storage = storage
    alignment = UInt64(storage.directAlignment)
  }

  /// The bytes are durable on return, if the storage's writes are. A file that ends within the last unit gets longer.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(RepairError) {
    guard !bytes.isEmpty else { return }
    let start = offset / alignment * alignment
    let end = (offset + UInt64(bytes.count) + alignment - 1) / alignment * alignment
    let buffer = IOBuffer(
      byteCount: Int(end - start), alignment: max(IOBuffer.pageAlignment, storage.directAlignment))
    do throws(StorageError) {
      if start != offset || end != offset + UInt64(bytes.count) {
        _ = try storage.read(buffer.byteCount, at: start, into: buffer)
      }
      buffer.copy(from: bytes.rawSpan, at: Int(offset - start))
      try storage.write(buffer.byteCount, at: start, from: buffer)
    } catch { throw .storage(error) }
  }
}
