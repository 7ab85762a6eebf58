package import MKraftFormat

/// The logs in which a stall is looked for: headrooms around the one from which on there is none, and all else alike, for how long a
/// checkpoint takes depends on the interval.
package enum StallPlan {
  /// The headrooms are these multiples of the ops that come during a checkpoint.
  package static let shares = [0.25, 0.5, 1, 2, 4]
  /// The longest headroom looked at, ops: a longer one takes a ring that takes long to go round.
  package static let headroomMax: UInt32 = 4096

  /// Geometries for `opsDuring` ops that come during a checkpoint, the least headroom first, no two alike, all with the interval of
  /// `geometry`. A headroom below two pipelines is left out: one write of headers or two use it up, at whatever rate.
  package static func geometries(opsDuring: Double, like geometry: Geometry) -> [Geometry] {
    let least = 2 * geometry.pipeline
    // A headroom is shorter than the interval.
    let longest = min(headroomMax, geometry.checkpointInterval - 1)
    let headrooms = shares.map { (opsDuring * $0).rounded() }.filter { $0 >= Double(least) }
      .map { UInt32(min($0, Double(longest))) }
    guard least <= longest, let most = headrooms.max() else { return [] }
    return headrooms.reduce(into: []) { list, headroom in
      var next = geometry
      next.headroom = headroom
      let needed = next.checkpointInterval + Geometry.noopReserve + next.pipeline + max(next.pipeline, most)
      let unit = UInt32(next.headersPerUnit)
      next.slotCount = max(geometry.slotCount, (needed + unit - 1) / unit * unit)
      if list.last?.headroom != headroom { list.append(next) }
    }
  }
}
