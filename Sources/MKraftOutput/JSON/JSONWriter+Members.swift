extension JSONWriter {
  /// Writes a value: alone, or the next element of an array.
  @inlinable
  public func value(_ value: some JSONValue) {
    value.write(to: self)
  }

  /// Writes a member of an object.
  @inlinable
  public func field(_ name: StaticString, _ value: some JSONValue) {
    key(name)
    value.write(to: self)
  }

  /// Writes a member whose name is not a literal.
  @_disfavoredOverload @inlinable
  public func field(_ name: String, _ value: some JSONValue) {
    key(name)
    value.write(to: self)
  }

  /// Writes a member that is a checksum or an id (32 digits), `null` for nothing.
  public func field(_ name: StaticString, hex value: UInt128?) {
    key(name)
    if let value { hex(value) } else { null() }
  }

  /// Writes a member that is bytes, as hexadecimal.
  public func field(_ name: StaticString, hex bytes: Span<UInt8>) {
    key(name)
    hex(bytes)
  }

  /// Writes an object: alone, or the next element of an array.
  public func object<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
    beginObject()
    try body()
    endObject()
  }

  /// Writes a member that is an object.
  public func object<Failure: Error>(_ name: StaticString, _ body: () throws(Failure) -> Void) throws(Failure) {
    key(name)
    try object(body)
  }

  /// Writes an array: alone, or the next element of an array.
  public func array<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
    beginArray()
    try body()
    endArray()
  }

  /// Writes a member that is an array.
  public func array<Failure: Error>(_ name: StaticString, _ body: () throws(Failure) -> Void) throws(Failure) {
    key(name)
    try array(body)
  }

  /// Writes a document: an object that begins with the members every document has (design section 8).
  public func document<Failure: Error>(
    _ schema: JSONSchema, toolVersion: String, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    beginObject()
    field("schema", schema.name)
    field("schema_version", schema.version)
    field("tool_version", toolVersion)
    try body()
    endObject()
  }
}
