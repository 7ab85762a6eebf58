/// Just enough of a reader of XML to see whether a page is well-formed, and that it asks for nothing from outside.
struct Markup {
  /// What is wrong; nil if nothing is.
  let defect: String?
  /// Every element's name, in order.
  private(set) var elements: [String] = []

  init(_ text: String) {
    var open: [String] = []
    var rest = Substring(text)
    if rest.hasPrefix("<!DOCTYPE html>\n") { rest = rest.dropFirst("<!DOCTYPE html>\n".count) }
    func name(_ tag: Substring) -> String { String(tag.prefix { $0 != " " && $0 != "/" }) }
    while let start = rest.firstIndex(of: "<") {
      guard Markup.isText(rest[..<start]) else {
        defect = "bare text \(rest[..<start].prefix(80))"
        return
      }
      guard let end = rest[start...].firstIndex(of: ">") else {
        defect = "a tag without an end"
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else {
          defect = "</\(tag.dropFirst())> closes nothing"
          return
        }
        continue
      }
      guard tag.split(separator: "\"", omittingEmptySubsequences: false).count % 2 == 1 else {
        defect = "quotes in <\(tag)>"
        return
      }
      elements.append(name(tag))
      if !tag.hasSuffix("/") { open.append(name(tag)) }
    }
    defect = open.isEmpty && Markup.isText(rest) ? nil : "not closed: \(open)"
  }

  /// Each ampersand begins an entity that XML knows.
  private static func isText(_ text: Substring) -> Bool {
    text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
      ["amp;", "lt;", "gt;", "quot;", "#39;"].contains { part.hasPrefix($0) }
    }
  }
}
