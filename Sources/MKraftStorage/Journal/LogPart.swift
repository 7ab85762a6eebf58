internal import MKraftFormat

/// A part of the log as it was found: many entries of which each follows the one before, or one slot by itself.
public enum LogPart: Sendable {
  case run(EntryRun)
  case slot(SlotEvidence)
}

/// Puts together the parts of neighbouring slots, given one after the other.
struct LogParts {
  private var parts: [LogPart] = []
  private var run: EntryRun?

  /// Takes an entry that the rules admit to a run.
  mutating func add(_ header: PrepareHeader, slot: Int) {
    if run?.extend(by: header) == true { return }
    close()
    run = EntryRun(header, slot: slot)
  }

  mutating func add(_ evidence: SlotEvidence) {
    close()
    parts.append(.slot(evidence))
  }

  consuming func finish() -> [LogPart] {
    close()
    return parts
  }

  private mutating func close() {
    if let run { parts.append(.run(run)) }
    run = nil
  }
}
