/// The formula of recovery-theory B4: what keeping metadata durable costs an op.
///
///     cost/op = C / I      C = 4 t_w + 4 t_r
///
/// An update of C seconds comes every I ops. Updates follow each other, whoever asks for them, so there are never more than I / C ops
/// a second; and with W writers at once only the one whose op it is waits for it.
package enum SuperblockCost {
  /// C for `copies` copies that are written one after the other and read back, seconds.
  package static func update(copies: Int = 4, write: Double, read: Double) -> Double { Double(copies) * (write + read) }

  /// Bytes written for metadata, per op.
  package static func bytesPerOp(byteCount: Int, every ops: Int) -> Double { Double(byteCount) / Double(ops) }

  /// Flushes of the device for metadata, per op.
  package static func flushesPerOp(flushes: Int, every ops: Int) -> Double { Double(flushes) / Double(ops) }

  /// Ops a second that are left of `rate`, which is without any update.
  package static func rate(without rate: Double, writers: Int, update: Double, every ops: Int) -> Double {
    let perOp = update / Double(ops)
    let shared = 1 / (1 / rate + perOp / Double(writers))
    return perOp > 0 ? min(shared, 1 / perOp) : shared
  }
}
