/// What is counted while a drill goes on, beside the ledger.
struct DrillTotals {
  /// Kills under load, and of those the ones that left requests without an answer.
  var kills = 0
  var killsInFlight = 0
  var killsWhileStarting = 0
  /// Requests that kills left without an answer.
  var unanswered = 0
  /// Starts that took requests after a kill, and the longest time from starting the process to the line that said so.
  var restarts = 0
  var worstRestart = Duration.zero
  /// How often the ring of the log wrapped, and checkpoints taken.
  var wraps = 0
  var checkpoints = 0
  /// Acknowledged puts read back at the end, and entries of the log compared.
  var putsVerified = 0
  var entriesVerified = 0
}
