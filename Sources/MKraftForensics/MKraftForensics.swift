// MKraftForensics: what is true of a data file, whatever became of it.
//
// It returns values and never prints; it opens nothing, and writes nothing but what `Repair` is told to. Every opinion on what a replica would do comes from
// the replica's own decisions (`SuperblockDecision`, `Opening.admit`, `JournalRecovery`), run dry.
//
//   storage --> Verification --> VerificationReport: findings, bytes accounted for, and the Verdict computed from them
//
// Where to find what:
//   Finding       the catalogue of findings (one table: `FindingKind`), and one finding with its place and evidence
//   Verdict       what a replica would do, what the file is worth, and the exit code
//   Verification  reads everything there is to check, in parallel, within bounded memory
//   Repair        plans from a verification, round by round, on the file as it would be (`RepairPlanner`); undo logs; and the
//                 one part that writes: `RepairRun` in place, `RepairCopy` beside
