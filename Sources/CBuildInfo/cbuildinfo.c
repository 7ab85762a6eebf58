#include "include/cbuildinfo.h"

#ifndef MKRAFT_COMMIT
#define MKRAFT_COMMIT "unknown"
#endif

const char *cbuildinfo_commit(void) { return MKRAFT_COMMIT; }
