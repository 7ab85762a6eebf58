// The same source compiled for AVX2, without build flags that would reach the rest of the program.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define XXH_INLINE_ALL
#define XXH_VECTOR 2 /* XXH_AVX2 */
#include <xxhash.h>

#include "variants.h"

cxxh3_128 cxxh3_avx2(const void *bytes, size_t size, uint64_t seed) {
  XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, seed);
  return (cxxh3_128){hash.low64, hash.high64};
}
#pragma clang attribute pop
#else
typedef int cxxh3_avx2_is_empty;
#endif
