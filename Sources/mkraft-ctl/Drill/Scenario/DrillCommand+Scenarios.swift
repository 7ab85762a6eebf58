internal import ArgumentParser
internal import Glibc
internal import MKraftForensics
internal import MKraftOutput
internal import MKraftServer
internal import MKraftStorage
internal import SystemPackage

/// `drill FILE` and `drill --scenario NAME`.
extension DrillCommand {
  /// `--scenario all`.
  static let every = "all"

  /// Those asked for, in the order of the table; all of them if none is named.
  func chosenScenarios() throws(Failure) -> [DrillScenario] {
    var chosen: Set<DrillScenario> = []
    for name in scenarios {
      if name == DrillCommand.every { return DrillScenario.allCases }
      guard let scenario = DrillScenario(rawValue: name) else {
        throw Failure(
          .usage, "there is no such scenario; --scenario is \(DrillCommand.every), or one that --list names", of: name,
          next: ShellCommand("drill", "--list"))
      }
      chosen.insert(scenario)
    }
    return chosen.isEmpty ? DrillScenario.allCases : DrillScenario.allCases.filter(chosen.contains)
  }

  func rehearse(
    _ scenarios: [DrillScenario], seed: UInt64, _ interruption: DrillInterruption, on console: Console
  ) throws(Failure) -> ExitCode {
    guard let file else { return try rehearseGenerated(scenarios, seed: seed, interruption, on: console) }
    let subject = try ScenarioSubject(absolutePath(file), progress, on: console)
    let mayRecover = scenarios.contains { $0.outcomes.contains { $0.remedy == .recover } }
    let besides = max(
      ScenarioDrill.undoByteCount(scenarios, subject, seed: seed), mayRecover ? subject.stamp.byteCount : 0)
    let space = subject.stamp.bytesOnDisk + besides
    let scratch = try DrillScratch(below: scratch, byteCount: space)
    return rehearse(scenarios, subject, in: scratch, seed: seed, interruption, on: console)
  }

  private func rehearseGenerated(
    _ scenarios: [DrillScenario], seed: UInt64, _ interruption: DrillInterruption, on console: Console
  ) throws(Failure) -> ExitCode {
    let scratch = try DrillScratch(below: scratch, byteCount: GeneratedFile.byteCount(GeneratedFile.plan(seed: seed)))
    do throws(Failure) {
      let generated = GeneratedFile(seed: seed, in: scratch, interruption)
      try generated.make()
      let subject = try ScenarioSubject(
        scratch.original, cacheByteCount: generated.plan.cacheByteCount, clients: generated.clients, progress,
        on: console)
      return rehearse(scenarios, subject, in: scratch, seed: seed, interruption, on: console)
    } catch {
      if !keep { scratch.remove() }
      throw error
    }
  }

  private func rehearse(
    _ scenarios: [DrillScenario], _ subject: ScenarioSubject, in scratch: DrillScratch, seed: UInt64,
    _ interruption: DrillInterruption, on console: Console
  ) -> ExitCode {
    let clock = ContinuousClock.now
    if console.format == .text {
      console.out.write("drill: seed \(seed), scenarios \(scenarios.count), on a copy of ")
      console.out.writeEscaped(file == nil ? "a generated file" : subject.path.string)
      console.out.write(", in ")
      console.out.writeEscaped(scratch.directory.string)
      console.out.write("\n\n")
      console.out.flush()
    }
    let report = ScenarioReport(on: console)
    var drill: ScenarioDrill?
    var failure: Failure?
    do throws(Failure) {
      let begun = try ScenarioDrill(subject, in: scratch, seed: seed, interruption, progress, on: console)
      drill = begun
      try begun.begin()
      for scenario in scenarios { report.write(try begun.run(scenario)) }
      try begun.finish()
    } catch { failure = error }
    let hasFailed = drill?.results.contains { [.lost, .unexpected].contains($0.status) } ?? false
    let isInterrupted = failure.map { [.interrupted, .terminated].contains($0.code) } ?? false
    let isKept = keep || hasFailed || failure != nil && !isInterrupted
    let end = ScenarioReport.End(
      seed: seed, subject: subject, path: file == nil ? nil : subject.path.string, drill: drill,
      elapsed: ContinuousClock.now - clock, failure: failure, kept: isKept ? scratch.directory.string : nil)
    if !isKept { scratch.remove() }
    report.finish(end)
    if let failure { console.report(failure) }
    if let (result, line) = end.results.lazy.compactMap({ one in
      (one.lost.first ?? one.reason).map { (one, $0) }
    }).first {
      console.diagnostics.error("\(result.scenario.name): \(line)", of: subject.path.string)
    }
    return end.exitCode
  }
}
