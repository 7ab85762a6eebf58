#include "variants.h"

#include <stdatomic.h>

typedef cxxh3_128 (*variant)(const void *, size_t, uint64_t);

static variant choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) return cxxh3_avx2;
#endif
  return cxxh3_baseline;
}

cxxh3_128 cxxh3_checksum(const void *bytes, size_t size, uint64_t seed) {
  static _Atomic(variant) chosen = NULL;
  variant function = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (function == NULL) {
    function = choose(); // every thread chooses the same, so a race is harmless
    atomic_store_explicit(&chosen, function, memory_order_relaxed);
  }
  return function(bytes, size, seed);
}
