internal import MKraftFormat
internal import MKraftStorage

extension MicroBenchmark {
  /// The key-value state machine, as a replica calls it: a batch of events in, a body of results out, every block in the cache.
  ///
  /// Beside it stand the structures that hold keys in memory and nothing more: the standard library's dictionary, whose keys have
  /// no order, and a sorted array in one piece, which nothing can be inserted into. They look up the same keys in the same order, and
  /// copy the same values, but get no bodies to take apart.
  static func tree() -> [MicroBenchmark] {
    // Few enough for the second cache: what lies behind it is shared with whatever else runs.
    let pairs = Pairs(count: 1 << 13)
    let load = TreeLoad(pairs)
    let table = SortedPairs(pairs)
    let dictionary = DictionaryLoad(pairs)
    let size = "8Ki pairs of \(Pairs.keySize) and \(Pairs.valueSize) B"
    return [
      MicroBenchmark(
        name: "get in the tree, \(size), each", ours: load.lookups(),
        baselineName: "a Dictionary's, and memcpy of the value", baseline: dictionary.lookups(), agrees: true),
      MicroBenchmark(
        name: "get in the tree, \(size), each", ours: load.lookups(),
        baselineName: "binary search in a sorted array, and memcpy of the value", baseline: table.lookups(),
        agrees: true),
      MicroBenchmark(
        name: "put into the tree in random order, \(size), each", ours: load.insertions(),
        baselineName: "insertion of copies into a Dictionary", baseline: dictionary.insertions(), agrees: true),
      MicroBenchmark(
        name: "scan of the tree, 1000 pairs at a time, each pair", ours: load.scans(),
        baselineName: "memcpy of the pair out of a sorted array", baseline: table.scans(), agrees: true),
    ]
  }
}
