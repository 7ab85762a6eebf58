package import MKraftFormat

/// The logs in which a stall is looked for: the same interval, and headrooms around the one from which on there is none.
package enum StallPlan {
  /// The headrooms are these multiples of the ops that come during a checkpoint.
  package static let shares = [0.25, 0.5, 1, 2, 4]
  /// The longest headroom looked at, ops: a longer one takes a ring that takes long to go round.
  package static let headroomMax: UInt32 = 4096

  /// Geometries for `opsDuring` ops that come during a checkpoint, the least headroom first; no two alike.
  package static func geometries(opsDuring: Double, like geometry: Geometry) -> [Geometry] {
    let headrooms = shares.map { share in
      UInt32(min(max(1, (opsDuring * share).rounded()), Double(headroomMax)))
    }
    guard let most = headrooms.max() else { return [] }
    // Longer than any headroom, so that a checkpoint is over when the next is due.
    let interval = max(2 * most, geometry.pipeline + 1, Geometry.noopReserve + 1, 64)
    return headrooms.reduce(into: []) { list, headroom in
      var next = geometry
      (next.headroom, next.checkpointInterval) = (headroom, interval)
      let needed = interval + Geometry.noopReserve + next.pipeline + max(next.pipeline, most)
      let unit = UInt32(next.headersPerUnit)
      next.slotCount = max(Geometry.slotCountRange.lowerBound, (needed + unit - 1) / unit * unit)
      if list.last?.headroom != headroom { list.append(next) }
    }
  }
}
