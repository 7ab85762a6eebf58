/// The fixed parts of the bodies of the key-value operation, field by field.
public enum KeyValueLayout {
  /// The beginning of a request body.
  public enum Batch {
    public static let count = Field<UInt32>("count", at: 0, "number of events, 1 to 8190")
    public static let reserved = 4..<KeyValueBatch.headSize
    public static var rows: [FieldRow] { [count.row, .reserved(reserved)] }
  }

  /// The beginning of a result body.
  public enum Results {
    public static let count = Field<UInt32>("count", at: 0, "number of results; 0: the batch was malformed")
    public static let reserved = 4..<KeyValueBatch.headSize
    public static var rows: [FieldRow] { [count.row, .reserved(reserved)] }
  }

  /// The beginning of an event; key, expected value or end key, and value follow.
  public enum Event {
    public static let code = Field<UInt8>("code", at: 0, "1 put, 2 get, 3 delete, 4 compare-and-set, 5 scan")
    public static let expectation = Field<UInt8>("expectation", at: 1, "compare-and-set: 0 absent, 1 equal; else 0")
    public static let keySize = Field<UInt16>("key_size", at: 2, "1 to 1024")
    public static let valueSize = Field<UInt32>("value_size", at: 4, "put, compare-and-set: bytes of the value; else 0")
    public static let expectedSize = Field<UInt32>(
      "expected_size", at: 8, "compare-and-set: bytes of the expected value; scan: of the end key, 0: none; else 0")
    public static let limit = Field<UInt32>("limit", at: 12, "scan: most pairs to return, from 1; else 0")
    public static let reserved = 16..<KeyValueBatch.eventHeaderSize
    public static var rows: [FieldRow] {
      [code.row, expectation.row, keySize.row, valueSize.row, expectedSize.row, limit.row, .reserved(reserved)]
    }
  }

  /// The beginning of a result; a value or the pairs of a scan follow.
  public enum Result {
    public static let status = Field<UInt8>(
      "status", at: 0, "0 ok, 1 not-found, 2 condition-failed, 3 result-too-large, 4 no-space")
    public static let more = Field<UInt8>("more", at: 1, "scan: 1 when further pairs exist in its range; else 0")
    public static let current = Field<UInt8>(
      "current", at: 2, "condition-failed: 0 no value, 1 the value follows, 2 it does not fit; else 0")
    public static let reserved1 = 3..<4
    public static let size = Field<UInt32>("size", at: 4, "bytes that follow the header, without padding")
    public static let pairs = Field<UInt32>("pairs", at: 8, "scan: number of pairs; else 0")
    public static let reserved2 = 12..<KeyValueBatch.resultHeaderSize
    public static var rows: [FieldRow] {
      [status.row, more.row, current.row, .reserved(reserved1), size.row, pairs.row, .reserved(reserved2)]
    }
  }

  /// The beginning of a pair; key and value follow.
  public enum Pair {
    public static let keySize = Field<UInt16>("key_size", at: 0, "1 to 1024")
    public static let reserved = 2..<4
    public static let valueSize = Field<UInt32>("value_size", at: 4, "bytes of the value")
    public static var rows: [FieldRow] { [keySize.row, .reserved(reserved), valueSize.row] }
  }
}
