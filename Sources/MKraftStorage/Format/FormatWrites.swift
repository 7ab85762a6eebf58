internal import MKraftFormat

/// The writes that make the rings and the reply zone of an empty data file, by number: any of them can be made at any time, by
/// any thread.
struct FormatWrites: Sendable {
  /// Bytes of a write at most, a multiple of every I/O unit: large for the speed of the device, small where there is little to
  /// write at each place and many threads do it.
  let byteCountMax: Int

  struct Write: Equatable {
    let zone: Zone
    /// The first byte, from the start of the zone.
    let start: UInt64
    let byteCount: Int
  }

  /// The writes of one zone.
  private struct Run {
    let zone: Zone
    /// Bytes from one write to the next.
    let step: UInt64
    let byteCount: Int
    let zoneByteCount: UInt64

    var count: Int { Int((zoneByteCount + step - 1) / step) }

    subscript(index: Int) -> Write {
      let start = UInt64(index) * step
      return Write(zone: zone, start: start, byteCount: Int(min(UInt64(byteCount), zoneByteCount - start)))
    }
  }

  private let plan: FormatPlan
  private let runs: [Run]
  let count: Int
  /// Bytes of all writes.
  let byteCount: UInt64

  init(_ plan: FormatPlan) {
    self.plan = plan
    let geometry = plan.geometry
    let byteCountMax = plan.prewrite ? 1 << 20 : 256 << 10
    self.byteCountMax = byteCountMax
    runs = [Zone.walHeaders, .walPrepares, .replies].map { zone in
      let stride = FormatWrites.stride(of: zone, geometry)
      let isWhole = plan.prewrite || stride <= Int(geometry.ioUnit)
      return Run(
        zone: zone, step: UInt64(isWhole ? byteCountMax : stride),
        byteCount: isWhole ? byteCountMax : Int(geometry.ioUnit),
        zoneByteCount: geometry.byteCount(of: zone))
    }
    count = runs.reduce(0) { $0 + $1.count }
    byteCount = runs.reduce(0) { sum, run in
      sum + UInt64(run.count - 1) * UInt64(run.byteCount) + UInt64(run[run.count - 1].byteCount)
    }
  }

  subscript(index: Int) -> Write {
    var index = index
    for run in runs {
      if index < run.count { return run[index] }
      index -= run.count
    }
    preconditionFailure("a write below the count")
  }

  /// Offset of the write in the file.
  func offset(of write: Write) -> UInt64 { plan.geometry.offset(of: write.zone) + write.start }

  /// Puts the bytes of the write into the beginning of `buffer`: zeros, and the header of every slot that begins there.
  func fill(_ buffer: IOBuffer, for write: Write) {
    buffer.zero(0..<write.byteCount)
    var bytes = buffer.mutableBytes
    let stride = FormatWrites.stride(of: write.zone, plan.geometry)
    var slot = (Int(write.start) + stride - 1) / stride
    while slot * stride < Int(write.start) + write.byteCount {
      encodeHeader(of: slot, write.zone, into: &bytes, at: slot * stride - Int(write.start))
      slot += 1
    }
  }

  @_lifetime(bytes: copy bytes)
  private func encodeHeader(of slot: Int, _ zone: Zone, into bytes: inout MutableRawSpan, at base: Int) {
    if zone == .replies {
      ReplyHeader.reserved(slot: slot, cluster: plan.cluster).encode(into: &bytes, at: base)
    } else if slot == 0 {
      PrepareHeader.root(cluster: plan.cluster).encode(into: &bytes, at: base)
    } else {
      PrepareHeader.placeholder(.reserved, slot: slot, cluster: plan.cluster).encode(into: &bytes, at: base)
    }
  }

  /// Bytes from one slot of the zone to the next.
  private static func stride(of zone: Zone, _ geometry: Geometry) -> Int {
    zone == .walHeaders ? PrepareHeader.byteCount : Int(geometry.messageSize)
  }
}
