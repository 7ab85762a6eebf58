// MKraftReplica: the replica. Raft, the journal's driver, the key-value state machine, client sessions.
//
// Deterministic: no I/O of its own, no clock, no randomness, no threads. Inputs in (a message, a completion, the time),
// effects out (a transfer, a message). The shell performs the effects and reports completions in whatever order they come;
// the order changes no result. That is what lets a simulator crash it a million times, and a seed reproduce any failure.
//
//     Opening.read(storage)            synchronous: superblock quorum, both rings, the recovery decision; or why not
//        |
//     repair superblock copies --> replay the log --> heal header ring --> take a term (superblock) --> no-op --> ready
//        |
//     receive --> prepare --> header --> commit --> apply --> reply        (durable before sent, see ReplicaEffect.send)
//        |                                            |
//        |        checkpoint: freeze --> blocks, replies --> superblock      (beside new operations, see Checkpoint)
//        |
//     stop --> finish the pipeline --> clean mark (superblock) --> stopped
//
// It is written for any number of members, and run with one: a file with other members is refused by Opening.
// Where to find what: Opening (may this file be served?), Consensus (term, vote, commit), Session (at most once), StateMachine
// (what operations do), Replica (all of it together).
