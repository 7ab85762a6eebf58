internal import MKraftFormat
internal import MKraftStorage

extension MicroBenchmark {
  /// What an entry of 4 KiB costs a replica before and after its transfers: it is made as a replica makes it, and taken through the
  /// writer of the journal with no device. Beside it stands what nobody can do without: its bytes are checksummed, and copied into
  /// the buffer that they are written from, and so is the unit of the header ring.
  static func journal() -> [MicroBenchmark] {
    [1, 8].map { batch in
      let load = JournalLoad()
      let target = CopyTarget(byteCount: JournalLoad.entrySize + JournalLoad.unitSize)
      return MicroBenchmark(
        name: batch == 1
          ? "journal append of 4 KiB" : "journal appends of 4 KiB, \(batch) with one write of headers, each",
        ours: Work(amount: JournalLoad.opsPerPass) { load.pass(batch: batch) },
        baselineName: batch == 1
          ? "checksum and memcpy of it, memcpy of 4 KiB of headers"
          : "checksum and memcpy of it, \(batch)th of a memcpy of 4 KiB of headers",
        baseline: Work(amount: JournalLoad.opsPerPass) { load.baselinePass(batch: batch, target) })
    }
  }
}
