// The instruction set every processor of this architecture has.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "variants.h"

cxxh3_128 cxxh3_baseline(const void *bytes, size_t size, uint64_t seed) {
  XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, seed);
  return (cxxh3_128){hash.low64, hash.high64};
}
