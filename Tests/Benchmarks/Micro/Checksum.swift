internal import MKraftFormat

extension MicroBenchmark {
  /// Checksums, beside memcpy of the same bytes: whoever checks bytes must read each of them once, and whoever copies them as well.
  /// What is larger than the second cache takes memcpy longer, since it writes, too.
  static func checksum() -> [MicroBenchmark] {
    // A header, a small entry, and the largest; as many as stay in the second cache, but for the last.
    [(256, "256 B", 256), (4 << 10, "4 KiB", 32), (1 << 20, "1 MiB", 1)].map { size, words, count in
      let pieces = Pieces(size: size, count: count)
      let target = CopyTarget(byteCount: size)
      return MicroBenchmark(
        name: "checksum of \(words)", unit: .bytesPerSecond,
        ours: pieces.passOverBytes { UInt64(truncatingIfNeeded: Checksum.of($0, as: .prepareBody)) },
        baselineName: "memcpy of them", baseline: pieces.passOverBytes { target.copy($0) })
    }
  }
}
