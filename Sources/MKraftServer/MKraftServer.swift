// MKraftServer: the network shell around a replica, and the client that talks to it.
//
// The replica computes; this module moves bytes. One event loop owns the replica, the listening socket and every connection, so
// that nothing of the replica is ever touched by two threads. Small writes of the log are performed on the loop, those that
// arrive together as one; all other transfers on a pool of threads or through io_uring, and their completions come back to the
// loop.
//
//   connection --> MessageFraming --> ServerConnection --> ReplicaShell --> replica
//   connection <-- MessageFraming <-- ServerConnection <-- ReplicaShell <-- effects
//                                                          StorageRunner <-> storage
//
// Where to find what:
//   Wire      framing: bytes to verified messages and back, with a bound on what one connection may make us hold
//   Server    the shell: listening, limits, effects, clean stop, signals
//   Client    ping, reads, and sessions whose unanswered request can be sent again with the same number and bytes
//   Loop      waiting for the event loop from asynchronous code
//   Address   numeric addresses; names are not looked up, because the shipped binary is static
