// XXH3-128 for Swift: one function, compiled once per instruction set, the best one chosen at run time.
#ifndef CXXH3_H
#define CXXH3_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t low;
  uint64_t high;
} cxxh3_128;

/// XXH3-128 of `size` bytes at `bytes` with `seed`. `bytes` may be NULL when `size` is 0.
cxxh3_128 cxxh3_checksum(const void *bytes, size_t size, uint64_t seed);

/// The same, by the variant that every processor of this architecture runs: what the chosen one is compared with.
cxxh3_128 cxxh3_baseline(const void *bytes, size_t size, uint64_t seed);

#endif
