// MKraftBenchmark: what this machine's disk gives, and what a replica makes of it. Returns values, never prints; nothing in it decides
// what a file means.
//
// Everything is measured on files that it makes itself in a directory it is given, and removes. A load ends when its time is over
// or when its `BenchmarkBudget` says so, whichever is first.
//
// Where to find what:
//   Measure     a series of times as a rate and percentiles; processor time
//   Bounds      the time and the space that a benchmark may take, and how it is interrupted
//   Device      durable writes, ordered pairs of them, and reads, without a replica
//   Replica     a real server on loopback with real clients, and how soon it is up again
//   Fill        a full log in seconds, written by a real replica through the page cache
//   Superblock  what it costs to keep metadata durable, by policy; the formula of recovery-theory B4
//   Sizing      how large the log must be: the formulas of recovery-theory C3 and C4, and the advice made of them
//   Log         how fast the two rings load, and where a replica really stalls
