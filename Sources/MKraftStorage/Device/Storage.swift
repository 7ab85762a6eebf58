/// A device that holds one data file: a run of bytes that can be read and durably written in place.
///
/// A device never repairs, retries or guesses: it says what happened. Offsets, counts and starts of writes are multiples of
/// `directAlignment`; a read may have any, but only aligned ones go straight into the caller's buffer.
public protocol Storage: AnyObject, Sendable {
  /// The present length of the file in bytes.
  var byteCount: UInt64 { get }

  /// The alignment in bytes that the device demands for direct I/O: a power of two, at least 512; 4096 when unknown.
  var directAlignment: Int { get }

  /// Reads `count` bytes at `offset` of the file to `start` of `buffer`, and returns how many there were.
  ///
  /// They are fewer than `count` only at the end of the file; the rest of the buffer's range is then zeroed. After an error
  /// the buffer's range holds nothing of use. Nothing is retried after `EIO`: the caller narrows the range down.
  func read(
    _ count: Int, at offset: UInt64, into buffer: IOBuffer, from start: Int
  ) throws(StorageError) -> Int

  /// The first offset, `offset` itself or one beyond, where there may be anything but zeros; nil if all from `offset` to the end
  /// of the file is zero. What is passed over is known to be zero without being read: a hole in the file.
  ///
  /// It says what is so at this moment, as a read does, and is for those who look for something, not for those who check what they
  /// read. A device that knows no holes says `offset`.
  func nextData(from offset: UInt64) -> UInt64?

  /// Writes `count` bytes from `start` of `buffer` at `offset` of the file; they are durable on return.
  ///
  /// A write beyond the end lengthens the file. After an error each 512-byte atom of the range is old or new; the caller must
  /// stop (rule R2), for a second attempt that succeeds would not prove that the first one's bytes are durable.
  func write(
    _ count: Int, at offset: UInt64, from buffer: IOBuffer, from start: Int
  ) throws(StorageError)

  /// Writes the beginnings of several buffers one after the other at `offset` of the file; all are durable on return.
  /// What holds for one write holds for all of it: after an error any atom of any part is old or new.
  func write(_ parts: [WritePart], at offset: UInt64) throws(StorageError)

  /// Makes the file `byteCount` bytes long, durably. New bytes are zero, and space for them is reserved where the filesystem
  /// can do that; on a copy-on-write filesystem the reservation is worth nothing (rule R2).
  func resize(to byteCount: UInt64) throws(StorageError)
}

/// A part of a write: the first `count` bytes of a buffer.
public struct WritePart: Sendable {
  public let buffer: IOBuffer
  public let count: Int

  public init(_ buffer: IOBuffer, _ count: Int) {
    self.buffer = buffer
    self.count = count
  }
}

extension Storage {
  /// Anything may stand anywhere, for devices that know no holes.
  public func nextData(from offset: UInt64) -> UInt64? { offset }

  /// One write for each part, for devices that cannot do better.
  public func write(_ parts: [WritePart], at offset: UInt64) throws(StorageError) {
    var position = offset
    for part in parts {
      try write(part.count, at: position, from: part.buffer)
      position += UInt64(part.count)
    }
  }

  /// Reads into the beginning of `buffer`.
  public func read(_ count: Int, at offset: UInt64, into buffer: IOBuffer) throws(StorageError) -> Int {
    try read(count, at: offset, into: buffer, from: 0)
  }

  /// Writes from the beginning of `buffer`.
  public func write(_ count: Int, at offset: UInt64, from buffer: IOBuffer) throws(StorageError) {
    try write(count, at: offset, from: buffer, from: 0)
  }
}
