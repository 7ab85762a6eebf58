import SystemPackage

/// Validates documents against the committed JSON schema: as much of JSON Schema as that uses, and no keyword passed over.
struct SchemaValidator {
  /// Keywords that say nothing about a value.
  private static let remarks = ["$schema", "$id", "$comment", "title", "$defs"]

  let schema: JSONNode

  static let committed = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("man/schema/mkraft-ctl.json")

  init() throws {
    let text = try String(decoding: readAll(SchemaValidator.committed), as: UTF8.self)
    schema = try JSONNode.documents(text)[0]
  }

  /// Names of the documents that it defines.
  var documents: [String] {
    (schema["oneOf"]?.elements ?? []).compactMap { $0["$ref"]?.text?.split(separator: "/").last.map(String.init) }
  }

  /// What is wrong with a document, each with the path to it; empty if it is valid.
  func problems(_ document: JSONNode) -> [String] {
    guard let name = document["schema"]?.text, documents.contains(name) else { return ["no such document"] }
    return problems(document, .object([.init(name: "$ref", value: .string("#/$defs/\(name)"))]), name)
  }

  private func problems(_ value: JSONNode, _ shape: JSONNode, _ path: String) -> [String] {
    (shape.members ?? []).flatMap { keyword in problems(value, keyword, shape, path) }
  }

  private func problems(_ value: JSONNode, _ keyword: JSONNode.Member, _ shape: JSONNode, _ path: String) -> [String] {
    switch keyword.name {
    case "$ref":
      let name = keyword.value.text?.split(separator: "/").last.map(String.init) ?? ""
      guard let target = schema["$defs"]?[name] else { return ["\(path): no definition \(name)"] }
      return problems(value, target, path)
    case "type": return value.isOf(keyword.value.text ?? "") ? [] : ["\(path): not \(keyword.value.text ?? "")"]
    case "enum":
      return keyword.value.elements?.contains(value) == true ? [] : ["\(path): \(value) is none of the choices"]
    case "const": return keyword.value == value ? [] : ["\(path): \(value) is not \(keyword.value)"]
    case "pattern": return matches(value, keyword.value.text ?? "") ? [] : ["\(path): \(value) does not match"]
    case "properties": return properties(value, keyword.value, path)
    case "required":
      let missing = (keyword.value.elements ?? []).compactMap(\.text).filter { value[$0] == nil }
      return value.members == nil ? [] : missing.map { "\(path): \($0) is missing" }
    case "additionalProperties": return additional(value, keyword.value, shape, path)
    case "items":
      return (value.elements ?? []).enumerated().flatMap {
        problems($0.element, keyword.value, "\(path)[\($0.offset)]")
      }
    case "anyOf":
      let tries = (keyword.value.elements ?? []).map { problems(value, $0, path) }
      return tries.contains { $0.isEmpty } ? [] : tries.min { $0.count < $1.count } ?? ["\(path): no choice"]
    default: return SchemaValidator.remarks.contains(keyword.name) ? [] : ["\(path): unknown keyword \(keyword.name)"]
    }
  }

  private func properties(_ value: JSONNode, _ properties: JSONNode, _ path: String) -> [String] {
    (value.members ?? []).flatMap { member in
      properties[member.name].map { problems(member.value, $0, "\(path).\(member.name)") } ?? []
    }
  }

  private func additional(_ value: JSONNode, _ rule: JSONNode, _ shape: JSONNode, _ path: String) -> [String] {
    let others = (value.members ?? []).filter { shape["properties"]?[$0.name] == nil }
    guard rule != .bool(false) else { return others.map { "\(path): unknown member \($0.name)" } }
    return others.flatMap { problems($0.value, rule, "\(path).\($0.name)") }
  }

  /// The three patterns there are; another one is matched by nothing, until it is written here.
  private func matches(_ value: JSONNode, _ pattern: String) -> Bool {
    guard let text = value.text?.utf8 else { return false }
    let isHex = text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    switch pattern {
    case "^-?[0-9]+$":
      let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
      return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    case "^[0-9a-f]{32}$": return isHex && text.count == 32
    case "^([0-9a-f]{2})*$": return isHex && text.count % 2 == 0
    default: return false
    }
  }
}

extension JSONNode {
  fileprivate func isOf(_ type: String) -> Bool {
    switch self {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .number(let number): type == "number" || type == "integer" && number == number.rounded()
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
