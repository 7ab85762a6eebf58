/// The shape of a JSON value, as the published schema states it. It stands beside what writes the value, and a test validates
/// real output against it.
public indirect enum Shape: Sendable {
  case string, integer, number, boolean
  /// A 64-bit or wider integer: a string of digits.
  case decimal
  /// A checksum or an id: 32 lower-case hexadecimal digits.
  case identifier
  /// Bytes, as lower-case hexadecimal digits.
  case hexadecimal
  /// One of these texts.
  case choice([String])
  /// This number.
  case constant(Int)
  case array(Shape)
  /// An object with these members and no other.
  case object([Member])
  /// An object whose members have names of any sort.
  case map(Shape)
  /// The value, or null.
  case nullable(Shape)
  /// One of several.
  case either([Shape])
  /// A shape that is defined once, by name.
  case named(String)

  /// A member of an object.
  public struct Member: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool

    /// A member that is always there, if only as null.
    public init(_ name: String, _ shape: Shape) {
      self.init(name, shape, isRequired: true)
    }

    private init(_ name: String, _ shape: Shape, isRequired: Bool) {
      self.name = name
      self.shape = shape
      self.isRequired = isRequired
    }

    /// A member that may be left out.
    public static func optional(_ name: String, _ shape: Shape) -> Member { Member(name, shape, isRequired: false) }
  }
}

extension Shape {
  /// Writes the JSON Schema (draft 2020-12) of the value.
  public func write(to json: JSONWriter) { json.object { members(to: json) } }

  private func members(to json: JSONWriter) {
    switch self {
    case .string: json.field("type", "string")
    case .integer: json.field("type", "integer")
    case .number: json.field("type", "number")
    case .boolean: json.field("type", "boolean")
    case .decimal: pattern("^-?[0-9]+$", json)
    case .identifier: pattern("^[0-9a-f]{32}$", json)
    case .hexadecimal: pattern("^([0-9a-f]{2})*$", json)
    case .choice(let texts): json.field("enum", texts)
    case .constant(let number): json.field("const", number)
    case .array(let element):
      json.field("type", "array")
      json.key("items")
      element.write(to: json)
    case .object(let members): Shape.write(members, to: json)
    case .map(let value):
      json.field("type", "object")
      json.key("additionalProperties")
      value.write(to: json)
    case .nullable(let value):
      json.array("anyOf") {
        value.write(to: json)
        json.object { json.field("type", "null") }
      }
    case .either(let shapes): json.array("anyOf") { for shape in shapes { shape.write(to: json) } }
    case .named(let name): json.field("$ref", "#/$defs/\(name)")
    }
  }

  private func pattern(_ pattern: String, _ json: JSONWriter) {
    json.field("type", "string")
    json.field("pattern", pattern)
  }

  private static func write(_ members: [Member], to json: JSONWriter) {
    json.field("type", "object")
    json.object("properties") {
      for member in members {
        json.key(member.name)
        member.shape.write(to: json)
      }
    }
    json.field("required", members.filter(\.isRequired).map(\.name))
    json.field("additionalProperties", false)
  }
}

extension JSONSchema {
  /// The shape of a whole document: what every document has (design section 8), and `members`.
  public func document(_ members: [Shape.Member]) -> Shape {
    .object(
      [
        .init("schema", .choice([name])), .init("schema_version", .constant(version)), .init("tool_version", .string),
      ] + members)
  }
}
