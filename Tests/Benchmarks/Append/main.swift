// benchmark-append DIRECTORY [SECONDS]: durable appends of 4 KiB through a real server, beside what the device gives in the same run.
//
// For 1, 8 and 32 clients, and for 8 on a small ring, where checkpoints come often: ordered pairs of durable 4 KiB writes by as many
// threads as there are clients, at most as many as the pipeline is deep; then as many clients of a replica, each with a connection
// and one request of its own under way. Prints one line of JSON for each.

internal import Glibc

exit(await append(Array(CommandLine.arguments.dropFirst())))
