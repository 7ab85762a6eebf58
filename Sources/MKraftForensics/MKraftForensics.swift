// MKraftForensics: what is true of a data file, whatever became of it.
//
// It returns values and never prints; it opens nothing, and writes nothing but what `Repair` is told to. Every opinion on what a replica would do comes from
// the replica's own decisions (`SuperblockDecision`, `Opening.admit`, `JournalRecovery`), run dry.
//
//   storage --> Verification --> VerificationReport: findings, bytes accounted for, and the Verdict computed from them
//
// Where to find what:
//   Finding       one finding with its place and evidence; Finding/Catalogue: the table of all there are, which `explain`, the
//                 manual and the JSON schema are made from
//   Verdict       what a replica would do, what the file is worth, and the exit code
//   Verification  reads everything there is to check, in parallel, within bounded memory:
//     Limits      what it may cost, and how it is interrupted
//     Reading     reads that fail, narrowed down to units
//     Resume      what a verification that ended early leaves for the next one
//     Live        a file that a replica is running on: which of its blocks still count
//   Explain       one item of a file: what stands there, the decision on it with its reasons, the findings that touch it
//   Hexdump       one structure byte by byte; Fields: how fields are read, from the layout tables of MKraftFormat
//   Image         small dumps for bug reports: `ImageWriter` makes them, `ImageStorage` reads them as the file they stand for
//   Diff          replicas compared by meaning: `ReplicaComparison`
//   Map           where the parts of a file lie and where the damage is; Supplied: a geometry for files without a superblock
//   Repair        plans from a verification, round by round, on the file as it would be (`RepairPlanner`); undo logs; and the
//                 one part that writes: `RepairRun` in place, `RepairCopy` beside
