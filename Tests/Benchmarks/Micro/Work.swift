/// Something that can be done again and again, in passes that are all alike.
struct Work {
  /// Operations, or bytes, of a pass.
  let amount: Int
  /// What must be done before each pass, and is not measured.
  let prepare: (() -> Void)?
  /// Does it, and returns something that depends on all its results and is the same each time: so the results are looked at, and the
  /// optimizer cannot leave anything out.
  let pass: () -> UInt64

  init(amount: Int, prepare: (() -> Void)? = nil, pass: @escaping () -> UInt64) {
    self.amount = amount
    self.prepare = prepare
    self.pass = pass
  }
}
