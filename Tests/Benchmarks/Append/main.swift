// benchmark-append DIRECTORY [SECONDS]: durable appends of 4 KiB through a real server, beside what the device gives in the same run.
//
// For 1, 8 and 32 clients: ordered pairs of durable 4 KiB writes by as many threads as there are clients, at most as many as the
// pipeline is deep; then as many clients of a replica, each with one request of its own under way, over TCP.
// Prints one line of JSON for each number of clients.

internal import Glibc

exit(await append(Array(CommandLine.arguments.dropFirst())))
