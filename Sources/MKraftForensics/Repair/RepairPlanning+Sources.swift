extension RepairPlanning {
  /// Those of the sources that no longer hold what an earlier plan, made with the same sources, takes from them.
  public func changedSources(since plan: RepairPlan) -> [RepairSource] {
    donors.indices.filter { index in
      plan.actions.contains { action in
        guard action.source == index, let expected = action.newChecksum else { return false }
        // What a source gives lies where it lies in the file.
        return RepairSums.checksum(of: action.range, in: donors[index].storage) != expected
      }
    }.map { donors[$0].source }
  }
}
