// benchmark-render [ROWS]: renders rows from memory as NDJSON, about 130 bytes each, and prints how long that took.
//
// The rows go to /dev/null through the sink that the commands write with, so that what is measured is the renderer.

internal import Glibc

exit(render(Array(CommandLine.arguments.dropFirst())))
