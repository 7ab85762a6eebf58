internal import MKraftFormat
internal import MKraftOutput

/// Rows, and the text that they become.
final class RenderedRows {
  private let rows: [LogRow]
  private let body: ([LogRow], ByteSink) -> Void
  private let sink = ByteSink.memory()
  private let text: [UInt8]
  /// Where each row of the text begins, and where the last one ends.
  private let bounds: [Int]

  var byteCount: Int { text.count }

  init(_ rows: [LogRow], _ body: @escaping ([LogRow], ByteSink) -> Void) {
    self.rows = rows
    self.body = body
    body(rows, sink)
    let text = sink.bytes
    sink.removeAll()
    self.text = text
    bounds = [0] + text.indices.filter { text[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    precondition(bounds.count == rows.count + 1 && bounds.last == text.count, "a row is a line")
  }

  /// Every pass gives the sum of the last words of the rows.
  func rendering() -> Work {
    let bounds = bounds
    return Work(amount: rows.count) {
      self.body(self.rows, self.sink)
      defer { self.sink.removeAll() }
      let text = self.sink.bytes
      precondition(text.count == bounds.last, "the text is all there")
      let bytes = text.rawSpan
      var sum: UInt64 = 0
      for end in bounds.dropFirst() { sum &+= bytes.load(fromByteOffset: end - 8) }
      return sum
    }
  }

  func copying() -> Work {
    let (text, bounds) = (text, bounds)
    let target = CopyTarget(byteCount: byteCount)
    return Work(amount: rows.count) {
      let bytes = text.rawSpan
      var sum: UInt64 = 0
      for row in 0..<bounds.count - 1 {
        sum &+= target.copy(bytes.extracting(bounds[row]..<bounds[row + 1]), at: bounds[row])
      }
      return sum
    }
  }
}
