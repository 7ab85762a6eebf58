import MKraftFormat
import Testing

@Suite struct KeyValueLayoutTests {
  @Test func tablesHaveNeitherGapNorOverlap() {
    let tables: [(rows: [FieldRow], size: Int)] = [
      (KeyValueLayout.Batch.rows, 8), (KeyValueLayout.Results.rows, 8), (KeyValueLayout.Event.rows, 32),
      (KeyValueLayout.Result.rows, 16), (KeyValueLayout.Pair.rows, 8),
    ]
    for (rows, size) in tables {
      var end = 0
      for row in rows {
        #expect(row.offset == end, "\(row)")
        end = row.range.upperBound
      }
      #expect(end == size)
    }
  }
}
