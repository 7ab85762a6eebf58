public import SystemPackage

/// Something that knows how it looks in JSON.
public protocol JSONValue {
  /// Writes exactly one value.
  func write(to json: JSONWriter)
}

extension JSONValue where Self: RawRepresentable, RawValue == String {
  /// Writes the raw value.
  public func write(to json: JSONWriter) { json.string(rawValue) }
}

extension String: JSONValue {
  public func write(to json: JSONWriter) { json.string(self) }
}

extension Bool: JSONValue {
  public func write(to json: JSONWriter) { json.bool(self) }
}

/// A number: for counts and indices of the program's own.
extension Int: JSONValue {
  public func write(to json: JSONWriter) { json.number(self) }
}

extension Int32: JSONValue {
  public func write(to json: JSONWriter) { json.number(Int(self)) }
}

extension UInt8: JSONValue {
  public func write(to json: JSONWriter) { json.number(Int(self)) }
}

extension UInt16: JSONValue {
  public func write(to json: JSONWriter) { json.number(Int(self)) }
}

extension UInt32: JSONValue {
  public func write(to json: JSONWriter) { json.number(Int(self)) }
}

/// A decimal string.
extension Int64: JSONValue {
  public func write(to json: JSONWriter) { json.decimal(self) }
}

/// A decimal string.
extension UInt64: JSONValue {
  public func write(to json: JSONWriter) { json.decimal(self) }
}

/// A decimal string. Checksums and ids are written as `hex`.
extension UInt128: JSONValue {
  public func write(to json: JSONWriter) { json.decimal(self) }
}

/// A number, `null` if not finite.
extension Double: JSONValue {
  public func write(to json: JSONWriter) { json.number(self) }
}

extension FilePath: JSONValue {
  public func write(to json: JSONWriter) { json.string(string) }
}

/// `null` for nothing.
extension Optional: JSONValue where Wrapped: JSONValue {
  public func write(to json: JSONWriter) {
    switch self {
    case .some(let value): value.write(to: json)
    case .none: json.null()
    }
  }
}

extension Array: JSONValue where Element: JSONValue {
  public func write(to json: JSONWriter) {
    json.beginArray()
    for element in self { element.write(to: json) }
    json.endArray()
  }
}
