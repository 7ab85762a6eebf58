// What was built, for --version. A target of its own, so that a new commit compiles this file and nothing else anew.
#ifndef CBUILDINFO_H
#define CBUILDINFO_H

/// The commit that the sources were at, "-dirty" behind it if they had changes since; "unknown" outside a git repository.
const char *cbuildinfo_commit(void);

#endif
