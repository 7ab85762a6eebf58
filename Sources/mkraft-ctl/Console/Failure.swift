internal import MKraftForensics
internal import MKraftFormat
internal import MKraftOutput
internal import MKraftStorage
internal import SystemPackage

/// Why a command came to no result: what it is about, the reason, and the exit code that tells it.
struct Failure: Error {
  var code: ExitCode
  var reason: String
  /// A path or an address, from outside.
  var subject: String?
  var next: ShellCommand?
  /// What exactly is wrong, one line each, if the reason alone does not say it.
  var details: [String] = []
  /// In which fields what exists is not what was asked for.
  var differences: [Difference] = []
  /// What stands in the way of a recovery, if that is what the failure is about.
  var refusal: RecoverRefusal?

  init(_ code: ExitCode, _ reason: String, of subject: String? = nil, next: ShellCommand? = nil) {
    self.code = code
    self.reason = reason
    self.subject = subject
    self.next = next
  }

  /// A file of which nothing can be concluded, because of what was found.
  init(_ code: ExitCode, _ finding: Finding, of subject: String) {
    self.init(
      code,
      "\(finding.kind.meaning) (\(finding.kind.name)): \(finding.evidence); what can be done: \(finding.kind.next.words)",
      of: subject, next: finding.command(path: subject))
  }

  /// A file that could not be opened for reading or for a replica.
  init(_ error: OpenError) {
    let code: ExitCode =
      switch error.reason {
      case .missing, .danglingLink, .directory, .fifo, .socket, .blockDevice, .characterDevice, .symlinkLoop,
        .nameTooLong:
        .noInput
      case .permissionDenied, .readOnlyFilesystem: .notPermitted
      case .locked: .locked
      case .other(let errno): errno == .notDirectory ? .noInput : .inputOutput
      }
    self.init(code, error.reason.description, of: error.path.string)
  }
}
