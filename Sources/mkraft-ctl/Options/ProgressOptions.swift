internal import ArgumentParser
internal import MKraftOutput

/// How long work shows that it goes on.
struct ProgressOptions: ParsableArguments {
  @Option(help: "How progress is shown on standard error: auto (a bar on a terminal), json or never.")
  var progress: ProgressChoice = .auto

  /// For work that is part of other work.
  static var none: ProgressOptions {
    var options = ProgressOptions()
    options.progress = .never
    return options
  }
}
