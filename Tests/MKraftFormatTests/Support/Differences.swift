import MKraftFormat

/// The paths of all stored properties in which two values differ. It looks at every property there is, so that a new one
/// cannot be forgotten, and does not use `==`, which is narrower for headers.
func differences(_ left: Any, _ right: Any, _ path: String = "") -> [String] {
  if let left = left as? MemberList, let right = right as? MemberList { return left == right ? [] : [path] }
  if let left = left as? SuffixHeaders, let right = right as? SuffixHeaders {
    guard left.count == right.count else { return [path + ".count"] }
    return (0..<left.count).flatMap { differences(left[$0], right[$0], "\(path)[\($0)]") }
  }
  let lefts = Array(Mirror(reflecting: left).children)
  let rights = Array(Mirror(reflecting: right).children)
  guard lefts.count == rights.count else { return [path] }
  guard !lefts.isEmpty else { return String(reflecting: left) == String(reflecting: right) ? [] : [path] }
  return zip(lefts, rights).flatMap { differences($0.value, $1.value, path + "." + ($0.label ?? "?")) }
}
