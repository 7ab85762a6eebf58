internal import MKraftOutput

/// The account of a drill: each step with what was done and its time, written as it goes.
final class DrillAccount {
  /// What a step is for.
  enum Phase: String, CaseIterable {
    case format, start, register, load, diagnose, check, stop, verify
  }

  struct Step {
    let phase: Phase
    let what: String
    /// Since the drill began.
    let begin: Duration
    let took: Duration
  }

  private let console: Console
  private let table: TextTable?
  private let origin = ContinuousClock.now
  private(set) var steps: [Step] = []

  init(on console: Console) {
    self.console = console
    let columns = [
      TextColumn("at", .right, width: 9), TextColumn("took", .right, width: 9), TextColumn("step", width: 8),
      TextColumn("what was done", width: 13),
    ]
    table = console.format == .text ? TextTable(columns, to: console.out, style: console.style) : nil
  }

  var elapsed: Duration { ContinuousClock.now - origin }

  /// The time of all steps of a phase.
  func total(_ phase: Phase) -> Duration { steps.reduce(.zero) { $1.phase == phase ? $0 + $1.took : $0 } }

  /// Does a step and writes its line.
  func step(_ phase: Phase, _ body: () throws(Failure) -> String) throws(Failure) {
    let begin = elapsed
    let what = try body()
    let step = Step(phase: phase, what: what, begin: begin, took: elapsed - begin)
    steps.append(step)
    write(step)
  }

  private func write(_ step: Step) {
    guard let table else { return }
    table.cell(step.begin.readable, .dim)
    table.cell(step.took.readable)
    table.cell(step.phase.rawValue, .bold)
    table.cell(step.what)
    table.endRow()
    console.out.flush()
  }
}
