internal import MKraftBenchmark
internal import MKraftOutput

/// How verdicts on stalls look.
extension StallCheck.Verdict {
  /// A short name, stable for scripts.
  var name: String {
    switch self {
    case .noCheckpoint: "no-checkpoint"
    case .reference: "reference"
    case .tooClose: "too-close"
    case .stallsAsPredicted: "stalls-as-predicted"
    case .noneAsPredicted: "none-as-predicted"
    case .notAsPredicted: "not-as-predicted"
    }
  }

  var words: String {
    switch self {
    case .noCheckpoint: "no checkpoint was seen"
    case .reference: "the others are predicted from it"
    case .tooClose: "too close to tell"
    case .stallsAsPredicted: "stalls, as predicted"
    case .noneAsPredicted: "no stall, as predicted"
    case .notAsPredicted: "not as predicted"
    }
  }

  var tone: Tone {
    switch self {
    case .stallsAsPredicted, .noneAsPredicted: .green
    case .noCheckpoint, .notAsPredicted: .yellow
    case .reference, .tooClose: .plain
    }
  }
}
