// benchmark-micro [--quick] [WORD...]: what single pieces of the product cost in this process, each beside a baseline: work that
// it cannot do without, or what one would take in its place.
//
// Both take turns in one run, so that whatever else the machine does hits both. With words, only rows whose names have one of
// them. Prints one line of JSON for each row; `ratio` is ours by the baseline's. Nothing is read or written outside memory.

internal import Glibc

exit(micro(Array(CommandLine.arguments.dropFirst())))
