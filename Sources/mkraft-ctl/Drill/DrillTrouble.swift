/// Why clients cannot go on.
struct DrillTrouble: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
