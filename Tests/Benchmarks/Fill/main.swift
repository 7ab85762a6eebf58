// benchmark-fill FILE [BYTES [GUESTS]]: fills the log of a freshly formatted file, every slot with an entry as large as a message may be,
// and its grid with about BYTES of values. GUESTS clients put once at the beginning, so that their replies lie behind the checkpoint.
//
// A real replica makes the entries, one request after the other; only its writes go through the page cache and are made
// durable once, at the end. So a full ring of a gigabyte is there in seconds, and is what a replica would have written.

internal import Glibc

exit(fill(Array(CommandLine.arguments.dropFirst())))
