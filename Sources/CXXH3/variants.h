#include "include/cxxh3.h"

#if defined(__x86_64__)
cxxh3_128 cxxh3_avx2(const void *bytes, size_t size, uint64_t seed);
#endif
