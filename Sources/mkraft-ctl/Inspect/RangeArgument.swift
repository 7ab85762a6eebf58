internal import ArgumentParser

/// A range on the command line, both ends included: `7`, `7..12`, `7..`, `..12`.
struct RangeArgument: ExpressibleByArgument {
  let range: ClosedRange<UInt64>

  init?(argument: String) {
    guard let dots = RangeArgument.dots(in: argument) else {
      guard let number = UInt64(argument) else { return nil }
      range = number...number
      return
    }
    let (first, last) = (argument[..<dots.lowerBound], argument[dots.upperBound...])
    guard !first.isEmpty || !last.isEmpty else { return nil }
    guard let lower = first.isEmpty ? 0 : UInt64(first), let upper = last.isEmpty ? .max : UInt64(last), lower <= upper
    else { return nil }
    range = lower...upper
  }

  private static func dots(in text: String) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if text[index] == ".", next < text.endIndex, text[next] == "." { return index..<text.index(after: next) }
      index = next
    }
    return nil
  }
}
